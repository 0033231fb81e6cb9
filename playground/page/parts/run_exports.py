"""A kept run's files: a button a kind of file under its result, and the browser saves what is pressed.

They are drawn with the result, and are no components: what a run is exported as depends on its kind of measurement.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from typing import Any

import gradio as gr

from playground.page.parts.downloads import File
from playground.page.parts.notices import Notices
from playground.page.parts.render import Renderer
from playground.page.program import DOWNLOAD, PRIVATE, Program, Who
from playground.web.scripts import script_body

_NOTICES = Notices("run_list")
EXPORT_SCRIPT = script_body("save_as")
"""For the place in which the buttons are drawn."""


def draw_exports(show: Renderer, kinds: Iterable[str]) -> str:
    """The buttons, in their order; nothing for none."""
    buttons = "".join(
        f'<button type="button" class="inline-button sign download" data-export="{html.escape(kind)}">'
        f"{_NOTICES.say(show, f'export_{kind}')}</button>"
        for kind in kinds
    )
    if not buttons:
        return ""
    title = _NOTICES.say(show, "save_as")
    return f'<div class="exports" role="group" aria-label="{title}"><span>{title}</span> {buttons}</div>'


def wire_exports(
    app: Program,
    drawn: gr.HTML,
    file: gr.JSON,
    export: Callable[[Who, Any, str], File | None],
    run: gr.components.Component,
) -> None:
    """A button that is pressed in `drawn` saves `export(who, run, kind)`; nothing is saved for `None`. `file`, a hidden
    component, hands it to the browser."""

    def on_save(request: gr.Request, event: gr.EventData, chosen: object) -> File | None:
        return export(app.who(request), chosen, str(event.kind))

    event = drawn.save(on_save, run, file, **PRIVATE)
    event.then(None, file, None, js=DOWNLOAD, **PRIVATE)
