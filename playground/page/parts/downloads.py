"""Buttons that save something as a file, by the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from playground.page.program import DOWNLOAD, PRIVATE, Program

File = dict[str, str]
"""`{"name", "type", "content"}`: its name, its MIME type and its text."""


def wire_downloads(
    app: Program,
    buttons: Mapping[str, gr.Button],
    file: gr.JSON,
    export: Callable[..., File | None],
    inputs: gr.components.Component | None = None,
) -> None:
    """Each button saves `export(who, kind)`, or `export(who, kind, value)` with the value of `inputs`.

    `kind` is the button's key; `file`, a hidden component, hands the file to the browser. Nothing is saved for `None`.
    """
    for kind, button in buttons.items():
        event = button.click(_exporter(app, kind, export), inputs, file, **PRIVATE)
        event.then(None, file, None, js=DOWNLOAD, **PRIVATE)


def _exporter(app: Program, kind: str, export: Callable[..., File | None]) -> Any:
    def on_export(request: gr.Request, *values: object) -> File | None:
        return export(app.who(request), kind, *values)

    return on_export
