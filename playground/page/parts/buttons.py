"""Buttons, as every tab has them."""

from __future__ import annotations

from typing import Literal

import gradio as gr
from gradio.i18n import I18nData

Sign = Literal["again", "go-on", "undo", "download", "theme", "present"]
"""What is drawn before a button's text."""


def button(
    text: I18nData | str,
    name: str,
    *,
    variant: Literal["primary", "secondary"] = "secondary",
    visible: bool = True,
    sign: Sign | None = None,
    **kind: bool,
) -> gr.Button:
    """A small one. `stops`: Esc presses it. `quiet`: without a frame. `sign`: drawn before its text by `style.css`."""
    classes = [*(["stops"] if kind.get("stops") else []), *(["quiet-button"] if kind.get("quiet") else [])]
    classes += ["sign", sign] if sign else []
    return gr.Button(text, size="sm", scale=0, variant=variant, visible=visible, elem_id=name, elem_classes=classes)
