"""What the events of "One question" do: named functions of plain values."""

from __future__ import annotations

import html
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import gradio as gr

from playground.page.parts.pace import paced
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.strategies.solving.strategy import strategies
from playground.tabs.prompting.page.drawing.cards import cards
from playground.tabs.prompting.page.drawing.pieces import alert, noticed
from playground.tabs.prompting.visit.cards import Asked, Card
from playground.tabs.prompting.visit.posed import Posed, metric_of, question_of, truth_of
from playground.tabs.prompting.visit.visits import PromptingVisits
from playground.visitors.checks import checked_text
from providers.errors import InputError, PlaygroundError
from providers.types import Sampling, Scalar

PLACE = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How to ask, as chosen: strategies with their options, models, sampling. The last two are checked."""

    strategies: Sequence[str]
    passages: str = ""
    options: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)
    models: tuple[str, ...]
    sampling: Sampling


def asked_of(app: App[PromptingVisits], posed: Posed, ways: Ways) -> Asked:
    """Everything checked. Raises `InputError`s."""
    if not ways.strategies:
        raise InputError("choice", name="strategies", choices=", ".join(one.name for one in strategies()))
    question = question_of(posed, app.bounds)
    return Asked(
        question=question,
        metric=metric_of(question.kind),
        truth=truth_of(posed, question),
        models=ways.models,
        strategies=tuple(dict.fromkeys(ways.strategies)),
        options=ways.options,
        passages=checked_text(ways.passages, app.bounds, empty=True),
        sampling=ways.sampling,
    )


async def ask(app: App[PromptingVisits], who: Who, posed: Posed, ways: Ways) -> AsyncGenerator[list[object]]:
    """The cards as they grow: updates of cards, ask and stop."""
    show = app.show(who)
    idle = [gr.update(visible=True), gr.update(visible=False)]
    busy: list[object] = [gr.update(visible=False), gr.update(visible=True)]
    try:
        asked = asked_of(app, posed, ways)
        shown: tuple[Card, ...] = ()
        async with aclosing(paced(app.visits.ask(who.visitor, asked, PLACE))) as snapshots:
            async for shown in snapshots:
                yield [cards(show, shown), *busy]
                busy = [gr.skip(), gr.skip()]
        yield [cards(show, shown) + noticed(show, "question"), *idle]
    except PlaygroundError as error:
        yield [alert(show, error), *idle]


def explained(show: Renderer) -> str:
    """What each strategy does and where it was published."""
    rows = []
    for one in strategies():
        title, info = html.escape(show.text(one.title)), html.escape(show.text(one.info))
        paper = f'<span class="quiet">{html.escape(one.paper)}</span>' if one.paper else ""
        rows.append(f'<div data-title="{title}" data-info="{info}"><dt>{title}</dt><dd>{info} {paper}</dd></div>')
    title = html.escape(show.text("prompting.explained"))
    return f'<details class="explained"><summary>{title}</summary><dl>{"".join(rows)}</dl></details>'
