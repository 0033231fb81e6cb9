"""Where a tab draws HTML of its own, and what holds a text that is not seen."""

from __future__ import annotations

import gradio as gr

KEPT = "kept"
"""The class of what stays when the page is read again in another language: see `playground.page.keeping`."""


def place(name: str, script: str = "", *, kept: bool = False) -> gr.HTML:
    """A place without a frame, whose id is `name`; `script` (see `script_body`) runs once for it.

    With `kept`, a result that is marked (see `parts.redrawn`) stays when the page is read again.
    """
    classes = [KEPT] if kept else None
    if not script:
        return gr.HTML(container=False, apply_default_css=False, elem_id=name, elem_classes=classes)
    return gr.HTML(container=False, apply_default_css=False, js_on_load=script, elem_id=name, elem_classes=classes)


def hidden_place(name: str, script: str) -> gr.HTML:
    """One that is not seen, and there for its script alone."""
    return gr.HTML(visible="hidden", container=False, apply_default_css=False, js_on_load=script, elem_id=name)


def hidden_text(name: str | None = None) -> gr.Textbox:
    """Holds a text for the page's events, and is not seen. Without a container Gradio puts no form around it, which
    would be one more component for the browser to keep."""
    return gr.Textbox("", visible=False, container=False, elem_id=name)
