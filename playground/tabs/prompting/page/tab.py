"""Prompting: strategies side by side on one question, and measured on a set of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import gradio as gr

from playground.asking.lending import Search, SearchesDocuments
from playground.page.program import PRIVATE, Page, Program, Who
from playground.strategies.solving.wording import wording
from playground.tabs.prompting.page.api import publish
from playground.tabs.prompting.page.drawing.pieces import alert, told
from playground.tabs.prompting.page.events import ask as asking
from playground.tabs.prompting.page.events.wiring import wire_runs, wire_set
from playground.tabs.prompting.page.layout.tab import Layout, lay_out
from playground.tabs.prompting.visit.posed import Posed
from playground.tabs.prompting.visit.visits import PromptingVisits
from providers.errors import PlaygroundError

__all__ = ["NAME", "ORDER", "build", "open", "publish"]

NAME = "prompting"
ORDER = 30


def open(program: Program) -> PromptingVisits:
    async def searcher(visitor: str) -> Search | None:
        lender = program.lent(SearchesDocuments)
        return await lender.document_search(visitor) if lender is not None else None

    return PromptingVisits(program.reach, program.sessions, program.settings.code_allowed, searcher)


def build(page: Page[PromptingVisits]) -> None:
    layout = lay_out(page)
    _wire_ways(page, layout)
    _wire_ask(page, layout)
    wire_set(page, layout)
    wire_runs(page, layout)


def _wire_ways(page: Page[PromptingVisits], layout: Layout) -> None:
    app = page.app
    groups = list(layout.knobs.groups)

    def chosen(names: Sequence[str]) -> list[object]:
        return [gr.update(visible=name in names) for name in groups]

    def opened(request: gr.Request) -> list[object]:
        who = app.who(request)
        show = app.show(who)
        return [
            who.language,
            asking.explained(show),
            who.text("prompting.sample_passages"),
            wording(who.language).template,
            told(show, "empty_question"),
        ]

    layout.strategies.change(chosen, layout.strategies, list(layout.knobs.groups.values()), queue=False, **PRIVATE)
    filled = [layout.language, layout.explained, layout.knobs.passages, layout.knobs.template, layout.asking.cards]
    page.blocks.load(opened, None, filled, **PRIVATE)


def _wire_ask(page: Page[PromptingVisits], layout: Layout) -> None:
    app, parts = page.app, layout.asking
    inputs = [*parts.typed, *layout.ways(page)]

    async def asked(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async for shown in _asking(page, layout, app.who(request), values):
            yield shown

    async def tried(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        example = {name: who.text(f"prompting.example_{name}") for name in ("question", "kind", "truth")}
        first: list[object] = [example["question"], example["kind"], example["truth"], who.language]
        typed = [example["question"], example["kind"], "", example["truth"], "", who.language]
        async for shown in _asking(page, layout, who, [*typed, *values[len(typed) :]]):
            yield [*first, *shown]
            first = [gr.skip()] * 4

    def stopped(request: gr.Request) -> None:
        app.visits.stop(app.who(request).visitor, asking.PLACE)

    for event in (parts.ask.click, parts.question.submit):
        event(asked, inputs, parts.shown, **PRIVATE)
    filled = [parts.question, parts.kind, parts.truth, layout.language]
    parts.example.click(tried, inputs, [*filled, *parts.shown], **PRIVATE)
    parts.stop.click(stopped, None, None, queue=False, **PRIVATE)


async def _asking(
    page: Page[PromptingVisits], layout: Layout, who: Who, values: Sequence[Any]
) -> AsyncGenerator[list[object]]:
    # A field that was never unfolded holds None.
    question, kind, choices, truth, context = (value or "" for value in values[:5])
    language, *ways = values[5:]
    try:
        posed = Posed(question=question, kind=kind, choices=choices, truth=truth, context=context, language=language)
        chosen = layout.chosen(page, ways)
    except PlaygroundError as error:
        yield [alert(page.app.show(who), error), gr.update(visible=True), gr.update(visible=False)]
        return
    async for shown in asking.ask(page.app, who, posed, chosen):
        yield shown
