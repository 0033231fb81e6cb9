"""Buttons that stop what runs."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from playground.page.program import PRIVATE, Program


def wire_stop(app: Program, button: gr.Button, stop: Callable[..., object], *place: str) -> None:
    """The button calls `stop(visitor, *place)`, at once: it waits in no queue."""

    def on_stop(request: gr.Request) -> None:
        stop(app.who(request).visitor, *place)

    button.click(on_stop, None, None, queue=False, **PRIVATE)
