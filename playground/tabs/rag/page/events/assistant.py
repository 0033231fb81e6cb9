"""An assistant of a visitor's own: the documents and how they are searched, under a name, handed over to Chat."""

from __future__ import annotations

import time
from typing import Any

import gradio as gr

from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.rag.page.drawing.pieces import draw_alert, draw_sentence
from playground.tabs.rag.page.fields import RetrievalFields, checked_retrieval_of_ticked
from playground.tabs.rag.page.layout.tab import RagLayout
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.checks import checked_text
from providers.errors import PlaygroundError


def wire_assistant(page: Page[RagVisits], layout: RagLayout) -> None:
    """Saving it leads to Chat."""
    app, parts = page.app, layout.assistant

    async def on_save(request: gr.Request, name: str, system: str, *values: Any) -> list[object]:
        who = app.who(request)
        show = app.show(who)
        try:
            retrieval = await checked_retrieval_of_ticked(app, who, RetrievalFields.of(values))
            instructions = checked_text(system or "", app.bounds, empty=True)
            title = checked_text(name or "", app.bounds)
            made = app.visits.assistants(who.visitor).save(title, instructions, retrieval)
        except PlaygroundError as error:
            return [draw_alert(show, error), gr.skip(), gr.skip()]
        handed = {"tab": "chat", "assistant": made.id, "at": time.time_ns()}  # saved twice, it is handed over twice
        return [draw_sentence(show, "assistant_saved", name=made.name), gr.Tabs(selected="chat"), handed]

    def on_load(request: gr.Request) -> str:
        return draw_lost_assistants(app, app.who(request))

    page.on_open(on_load, [], parts.told)
    outputs = [parts.told, page.tabs, page.inboxes["chat"]]
    for event in (parts.save.click, parts.name.submit):
        event(on_save, [parts.name, parts.system, *layout.fields], outputs, **PRIVATE)


def draw_lost_assistants(app: App[RagVisits], who: Who) -> str:
    """How many of the visitor's assistants can no longer be read; nothing where all can."""
    lost = app.visits.assistants(who.visitor).lost()
    return draw_sentence(app.show(who), "assistants_lost", count=lost) if lost else ""
