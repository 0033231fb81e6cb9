"""Buttons, as every tab has them."""

from __future__ import annotations

from typing import Literal

import gradio as gr
from gradio.i18n import I18nData


def button(
    text: I18nData | str,
    name: str,
    *,
    variant: Literal["primary", "secondary"] = "secondary",
    visible: bool = True,
    **kind: bool,
) -> gr.Button:
    """A small one. `stops`: Esc presses it. `quiet`: without a frame."""
    classes = [*(["stops"] if kind.get("stops") else []), *(["quiet-button"] if kind.get("quiet") else [])]
    return gr.Button(text, size="sm", scale=0, variant=variant, visible=visible, elem_id=name, elem_classes=classes)
