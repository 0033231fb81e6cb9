"""A vote on two answers: first the vote, then whose they were."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import get_args

import gradio as gr

from playground.asking.pump import beats
from playground.page.parts.buttons import pressed_value
from playground.page.parts.redrawn import MARK, is_marked
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.models.lab.errors import FormError
from playground.tabs.models.lab.smaller import NO_VOTES, BlindPair, Tally, Vote, form_of
from playground.tabs.models.page.pieces import draw_alert, draw_sentence
from playground.tabs.models.page.room import RoomLayout, join_models
from playground.tabs.models.page.sections.smaller.drawing import draw_pair, draw_verdict
from playground.tabs.models.page.sections.smaller.events import first_writer, share_of
from playground.tabs.models.page.sections.smaller.layout import ModelsSmallerLayout
from playground.tabs.models.visit.smaller import PAIR, SECTION, TALLY, ask_both, vote
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_text
from providers.errors import PlaygroundError
from providers.shrinking import Form
from providers.types import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindScreen(Screen):
    """Two answers, what the vote says, and the buttons."""

    BUTTONS = ("ask", "stop", "better_a", "better_b", "neither")

    pair: object = no_change()
    verdict: object = no_change()
    ask: object = no_change()
    stop: object = no_change()
    better_a: object = no_change()
    better_b: object = no_change()
    neither: object = no_change()


def wire_blind(page: Page[ModelsVisits], room: RoomLayout, layout: ModelsSmallerLayout) -> None:
    app, part = page.app, layout.blind
    fields = [part.against, layout.pruning.share, part.question, page.sidebar.models, room.beside]

    async def on_ask(
        request: gr.Request, name: str, percent: float, question: str, *refs: object
    ) -> AsyncGenerator[list[object]]:
        asked = (join_models(*refs), (name, percent), question)
        async for screen in going.show(app.who(request), lambda who: ask_blindly(app, who, *asked)):
            yield screen.outputs()

    def on_restored(request: gr.Request, pair: object) -> list[object]:
        """After the page was read again in another language."""
        return (show_pair(app, app.who(request)) if is_marked(pair) else BlindScreen()).outputs()

    votes = {part.better_a: "a", part.better_b: "b", part.neither: "neither"}

    def on_vote(request: gr.Request, event: gr.EventData) -> list[object]:
        return reveal(app, app.who(request), pressed_value(event, votes) or "").outputs()

    going = goes_on(page, "models-blind", part.outputs)
    page.on_restored(on_restored, [part.pair], part.outputs)
    gr.on([part.ask.click, part.question.submit], on_ask, fields, part.outputs, **PRIVATE)
    clicks = [part.better_a.click, part.better_b.click, part.neither.click]
    gr.on(clicks, on_vote, None, part.outputs, **PRIVATE)
    room.stops[part.stop] = SECTION


async def ask_blindly(
    app: App[ModelsVisits], who: Who, refs: Sequence[str], against: tuple[object, object], question: str
) -> AsyncGenerator[BlindScreen]:
    """The whole model's answer and that of a smaller form, without saying which is which."""
    show = app.show(who)
    try:
        name, percent = against
        other = form_of(name, share_of(percent))
        asked = checked_text(question, app.bounds) if question.strip() else who.text("models.blind_example")
        ref = await first_writer(app, who, refs)
        if ref is None:
            yield BlindScreen.showing("ask", pair=draw_sentence(show, "smaller_none"), verdict="")
            return
        yield BlindScreen.showing("stop", pair=draw_sentence(show, "blind_writing"), verdict="")
        told = list[Progress]()
        forms = (Form("float32"), other)
        task = asyncio.ensure_future(ask_both(app.visits, who.visitor, ref, forms, asked, told.append))
        async for _ in beats(task):
            yield BlindScreen()
        pair = task.result()
        if pair is None:
            yield BlindScreen.showing("ask", pair=draw_sentence(show, "blind_stopped"))
        else:
            yield show_pair(app, who)
    except PlaygroundError as error:
        yield BlindScreen.showing("ask", pair=draw_alert(show, error), verdict="")


def show_pair(app: App[ModelsVisits], who: Who) -> BlindScreen:
    """The visitor's last two answers: to be voted on, or with the vote and whose they were."""
    show, pair = app.show(who), app.visits.find_work(who.visitor, PAIR, BlindPair)
    if pair is None:
        return BlindScreen.showing("ask", pair="", verdict="")
    drawn = draw_pair(show, pair) + MARK
    if pair.vote is None:
        return BlindScreen.showing("better_a", "better_b", "neither", pair=drawn)
    tally = app.visits.find_work(who.visitor, TALLY, Tally) or NO_VOTES
    return BlindScreen.showing("ask", pair=drawn, verdict=draw_verdict(show, pair, tally))


def reveal(app: App[ModelsVisits], who: Who, choice: str) -> BlindScreen:
    """Whose answers they were, after the vote, and all votes so far."""
    show = app.show(who)
    try:
        chosen_one: Vote | None = next((one for one in get_args(Vote) if one == choice), None)
        if chosen_one is None:
            raise FormError("no_pair")
        vote(app.visits, who.visitor, chosen_one)
        return show_pair(app, who)
    except PlaygroundError as error:
        return BlindScreen.showing("ask", verdict=draw_alert(show, error))
