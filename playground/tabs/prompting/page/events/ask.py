"""One question: asked with every strategy on every model, a card each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.languages import closest
from playground.measuring.tasks import languages
from playground.page.parts.clearing import wire_model_alerts
from playground.page.parts.examples import example_values
from playground.page.parts.pace import throttle
from playground.page.parts.redrawn import Redrawn
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.prompting.page.drawing.cards import draw_cards
from playground.tabs.prompting.page.drawing.pieces import draw_alert, draw_notice
from playground.tabs.prompting.page.drawing.title import strategy_titles
from playground.tabs.prompting.page.events.strategies import fold_ways
from playground.tabs.prompting.page.fields import StrategyChoice, checked_question
from playground.tabs.prompting.page.layout.tab import PromptingLayout
from playground.tabs.prompting.visit.cards import Card
from playground.tabs.prompting.visit.posed import Posed
from playground.tabs.prompting.visit.visits import PromptingVisits
from providers.errors import PlaygroundError

PLACE = "question"
Drawn = Redrawn[tuple[Card, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptingAskScreen(Screen):
    """What asking redraws."""

    BUTTONS = ("ask", "stop")

    cards: object = no_change()
    ask: object = no_change()
    stop: object = no_change()
    ways: object = no_change()


def wire_ask(page: Page[PromptingVisits], layout: PromptingLayout) -> None:
    """Everything of "One question"."""
    app, parts, drawn = page.app, layout.asking, Drawn.of(page.app.sessions)
    inputs = [*parts.fields, *layout.choice(page)]

    async def on_ask(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        async for screen in going.show(who, lambda reader: _ask(page, layout, reader, values, drawn)):
            yield screen.outputs()

    async def on_example(request: gr.Request, *chosen: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        example = {name: who.text(f"prompting.example_{name}") for name in ("question", "kind", "truth")}
        first: list[object] = [
            example["question"],
            example["kind"],
            example["truth"],
            closest(who.language, languages()),
        ]
        typed = [example["question"], example["kind"], "", example["truth"], "", closest(who.language, languages())]
        values, _ = await example_values(page, who, chosen)  # each card names its model
        asked = [*typed, *values[len(typed) :]]
        async for screen in going.show(who, lambda reader: _ask(page, layout, reader, asked, drawn)):
            yield [*first, *screen.outputs()]
            first = [gr.skip()] * 4

    def on_restored(request: gr.Request, cards: object) -> object:
        """After the page was read again in another language."""
        who = app.who(request)
        found = drawn.find(who.visitor, cards)
        return gr.skip() if found is None else draw_asked(app, who, found, drawn)

    going = goes_on(page, "prompting-ask", parts.outputs)
    page.restored.change(on_restored, parts.cards, parts.cards, **PRIVATE)
    for event in (parts.ask.click, parts.question.submit):
        event(on_ask, inputs, parts.outputs, **PRIVATE)
    filled = [parts.question, parts.kind, parts.truth, layout.language]
    parts.example.click(on_example, inputs, [*filled, *parts.outputs], **PRIVATE)
    wire_stop(app, parts.stop, app.visits.stop, PLACE)
    wire_model_alerts(page, parts.cards, layout.measuring.progress)


async def _ask(
    page: Page[PromptingVisits], layout: PromptingLayout, who: Who, values: Sequence[Any], drawn: Drawn
) -> AsyncGenerator[PromptingAskScreen]:
    # A field that was never unfolded holds None.
    question, kind, choices, truth, context = (value or "" for value in values[:5])
    language, *rest = values[5:]
    try:
        posed = Posed(question=question, kind=kind, choices=choices, truth=truth, context=context, language=language)
        choice = layout.checked_choice(page, rest)
    except PlaygroundError as error:
        yield PromptingAskScreen.showing("ask", cards=draw_alert(page.app.show(who), error))
        return
    async for screen in ask(page.app, who, posed, choice, drawn):
        yield screen


async def ask(
    app: App[PromptingVisits], who: Who, posed: Posed, choice: StrategyChoice, drawn: Drawn | None = None
) -> AsyncGenerator[PromptingAskScreen]:
    """The cards as they grow."""
    show = app.show(who)
    try:
        asked = await asyncio.to_thread(checked_question, app, posed, choice)
        cards: tuple[Card, ...] = ()
        first = True
        async with aclosing(throttle(app.going.keep(who, app.visits.ask(who.visitor, asked, PLACE)))) as snapshots:
            async for cards in snapshots:
                said = draw_cards(show, cards)
                if first:
                    titles = strategy_titles(show)
                    ways = fold_ways(show, [titles[name] for name in asked.strategies], posed.language)
                    yield PromptingAskScreen.showing("stop", cards=said, ways=ways)
                else:
                    yield PromptingAskScreen(cards=said)
                first = False
        yield PromptingAskScreen.showing("ask", cards=draw_asked(app, who, cards, drawn))
    except PlaygroundError as error:
        yield PromptingAskScreen.showing("ask", cards=draw_alert(show, error))


def draw_asked(app: App[PromptingVisits], who: Who, cards: tuple[Card, ...], drawn: Drawn | None) -> str:
    """The cards of a question that was answered, and what to notice."""
    show = app.show(who)
    mark = "" if drawn is None else drawn.mark(who.visitor, cards)
    return draw_cards(show, cards) + draw_notice(show, "question") + mark
