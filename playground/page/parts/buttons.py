"""Buttons, as every tab has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar

import gradio as gr
from gradio.i18n import I18nData

T = TypeVar("T")
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


def pressed_value(event: gr.EventData, buttons: Mapping[gr.Button, T]) -> T | None:
    """What belongs to the button that was pressed, of those that share a handler.

    By its name: once an event has shown or hidden a button, Gradio keeps another object of another number for the
    visitor's page, which is the event's target then.
    """
    name = getattr(event.target, "elem_id", None)
    return next((value for one, value in buttons.items() if one.elem_id == name), None)
