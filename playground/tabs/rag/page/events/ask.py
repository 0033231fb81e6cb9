"""What the events of "Ask" do: the answer as it grows, the conversation so far."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, fields

import gradio as gr

from playground.page.parts.pace import paced
from playground.page.program import App, Who
from playground.tabs.rag.page.drawing.answers import Models, turn, turns
from playground.tabs.rag.page.drawing.pieces import alert, noticed, say, told
from playground.tabs.rag.visit.ask import ask
from playground.tabs.rag.visit.values import Answered, RagRequest
from playground.tabs.rag.visit.visits import RagVisits
from providers.errors import PlaygroundError

PLACE = "ask"
EXAMPLE_TOKENS = 80
"""The example is asked at temperature 0 and cut short: the smallest models go on for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What changes while an answer is written; the rest stays as it is."""

    past: object = field(default_factory=gr.skip)
    current: object = field(default_factory=gr.skip)
    question: object = field(default_factory=gr.skip)
    ask: object = field(default_factory=gr.skip)
    stop: object = field(default_factory=gr.skip)

    def outputs(self) -> list[object]:
        return [getattr(self, one.name) for one in fields(self)]

    @classmethod
    def idle(cls, **places: object) -> Screen:
        """Ready for the next question."""
        return cls(**places, ask=gr.update(visible=True), stop=gr.update(visible=False))


async def models_of(app: App[RagVisits], who: Who) -> Models:
    """Every model within reach, by its name."""
    return {model.ref: model for model in await app.reach.models(who.visitor)}


async def answer(app: App[RagVisits], who: Who, asking: RagRequest, *, example: str = "") -> AsyncGenerator[Screen]:
    """One turn. A question that could not be asked goes back into its box.

    `example`: the language of the worked example, which says how it was asked; empty for any other question.
    """
    show, models, before = app.show(who), await models_of(app, who), app.visits.turns(who.visitor)
    latest = Answered(question=asking.question)
    yield Screen(
        past=turns(show, before, models),
        current=turn(show, latest, models, len(before)),
        question="",
        ask=gr.update(visible=False),
        stop=gr.update(visible=True),
    )
    try:
        async with aclosing(paced(ask(app.visits, who.visitor, asking))) as snapshots:
            async for latest in snapshots:
                yield Screen(current=turn(show, latest, models, len(before)))
    except PlaygroundError as error:
        yield Screen.idle(current=alert(show, error), question=asking.question)
        return
    said = turn(show, latest, models, len(before))
    said += noticed(show, "ask") if example or not before else ""
    if example:
        note = "example_note" if example == who.language else "example_language"
        said += f'<p class="quiet">{say(show, note, tokens=EXAMPLE_TOKENS)}</p>'
    yield Screen.idle(current=said)


async def opened(app: App[RagVisits], who: Who) -> Screen:
    """The conversation as it was left, or what there is to try."""
    show, before = app.show(who), app.visits.turns(who.visitor)
    if not before:
        return Screen(past="", current=told(show, "empty_ask"))
    return Screen(past=turns(show, before, await models_of(app, who)), current="")


def cleared(app: App[RagVisits], who: Who) -> Screen:
    """A new conversation; the documents stay."""
    app.visits.clear(who.visitor)
    return Screen.idle(past="", current=told(app.show(who), "empty_ask"), question="")
