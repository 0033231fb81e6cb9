"""RAG: answers grounded in a visitor's files, each step of it to be seen."""

from __future__ import annotations

import time
from typing import Any

import gradio as gr

from playground.page.program import PRIVATE, Page, Program
from playground.tabs.rag.lab.index.vectors import VectorIndex
from playground.tabs.rag.lab.parsing import Parsers
from playground.tabs.rag.page.api import publish
from playground.tabs.rag.page.drawing.pieces import alert, told
from playground.tabs.rag.page.events import choose as choosing
from playground.tabs.rag.page.events import files as filing
from playground.tabs.rag.page.events.measure_wiring import wire_measure
from playground.tabs.rag.page.events.wiring import wire_ask, wire_files, wire_inside, wire_search
from playground.tabs.rag.page.layout.tab import Layout, chosen_of, lay_out
from playground.tabs.rag.visit.visits import RagVisits, bounds_of
from playground.visitors.checks import checked_text
from providers.errors import PlaygroundError

__all__ = ["NAME", "ORDER", "build", "open", "publish", "tidy"]

NAME = "rag"
ORDER = 40


def open(program: Program) -> RagVisits:
    settings = program.settings
    index = VectorIndex.server(settings.chroma_url) if settings.chroma_url else VectorIndex.at(settings.home / "index")
    parsers = Parsers(bounds_of(settings))
    return RagVisits(program.reach, program.sessions, index, parsers, settings.documents)


async def tidy(visits: RagVisits) -> None:
    await visits.tidy()


def build(page: Page[RagVisits]) -> None:
    layout = lay_out(page)
    kept = filing.scanned()
    wire_files(page, layout, kept)
    wire_ask(page, layout, kept)
    wire_search(page, layout)
    wire_inside(page, layout)
    wire_measure(page, layout, kept)
    _wire_assistant(page, layout)


def _wire_assistant(page: Page[RagVisits], layout: Layout) -> None:
    app, parts = page.app, layout.assistant

    async def saved(request: gr.Request, name: str, system: str, *values: Any) -> list[object]:
        who = app.who(request)
        show = app.show(who)
        try:
            retrieval = await choosing.with_files(app, who, chosen_of(values))
            instructions = checked_text(system or "", app.bounds, empty=True)
            called = checked_text(name or "", app.bounds)
            made = app.visits.assistants(who.visitor).save(called, instructions, retrieval)
        except PlaygroundError as error:
            return [alert(show, error), gr.skip(), gr.skip()]
        handed = {"tab": "chat", "assistant": made.id, "at": time.time_ns()}  # saved twice, it is handed over twice
        return [told(show, "assistant_saved", name=made.name), gr.Tabs(selected="chat"), handed]

    outputs = [parts.told, page.tabs, page.handed]
    for event in (parts.save.click, parts.name.submit):
        event(saved, [parts.name, parts.system, *layout.chosen], outputs, **PRIVATE)
