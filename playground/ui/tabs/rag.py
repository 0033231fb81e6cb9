"""RAG: answers grounded in a visitor's files, each step of it to be seen."""

from __future__ import annotations

import time
from typing import Any

import gradio as gr

from playground.checks import checked_text
from playground.ui import rag_api
from playground.ui.page import PRIVATE, Page
from playground.ui.rag import choosing, filing
from playground.ui.rag.layout import Layout, chosen_of, lay_out
from playground.ui.rag.measure_wiring import wire_measure
from playground.ui.rag.pieces import alert, told
from playground.ui.rag.wiring import wire_ask, wire_files, wire_inside, wire_search
from providers.errors import PlaygroundError

NAME = "rag"
ORDER = 40


def build(page: Page) -> None:
    layout = lay_out(page)
    kept = filing.scanned()
    wire_files(page, layout, kept)
    wire_ask(page, layout, kept)
    wire_search(page, layout)
    wire_inside(page, layout)
    wire_measure(page, layout, kept)
    _wire_assistant(page, layout)
    rag_api.publish(page.app)


def _wire_assistant(page: Page, layout: Layout) -> None:
    app, parts = page.app, layout.assistant

    async def saved(request: gr.Request, name: str, system: str, *values: Any) -> list[object]:
        who = app.who(request)
        show = app.show(who)
        try:
            retrieval = await choosing.with_files(app, who, chosen_of(values))
            instructions = checked_text(system or "", app.bounds, empty=True)
            called = checked_text(name or "", app.bounds)
            made = app.library.assistants(who.visitor).save(called, instructions, retrieval)
        except PlaygroundError as error:
            return [alert(show, error), gr.skip(), gr.skip()]
        handed = {"tab": "chat", "assistant": made.id, "at": time.time_ns()}  # saved twice, it is handed over twice
        return [told(show, "assistant_saved", name=made.name), gr.Tabs(selected="chat"), handed]

    outputs = [parts.told, page.tabs, page.handed]
    for event in (parts.save.click, parts.name.submit):
        event(saved, [parts.name, parts.system, *layout.chosen], outputs, **PRIVATE)
