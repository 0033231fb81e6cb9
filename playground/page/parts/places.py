"""Where a tab draws HTML of its own."""

from __future__ import annotations

import gradio as gr


def place(name: str, script: str = "") -> gr.HTML:
    """A place without a frame, whose id is `name`; `script` (see `script_body`) runs once for it."""
    if not script:
        return gr.HTML(container=False, apply_default_css=False, elem_id=name)
    return gr.HTML(container=False, apply_default_css=False, js_on_load=script, elem_id=name)
