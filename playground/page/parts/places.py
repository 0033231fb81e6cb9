"""Where a tab draws HTML of its own."""

from __future__ import annotations

import gradio as gr

from playground.web.scripts import script_body


def place(name: str, *scripts: str) -> gr.HTML:
    """A place without a frame, whose id is `name`. `scripts` are bodies in `assets/js`, run once for it."""
    plain = {"container": False, "apply_default_css": False, "elem_id": name}
    return gr.HTML(**plain, js_on_load=script_body(*scripts)) if scripts else gr.HTML(**plain)
