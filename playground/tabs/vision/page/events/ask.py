"""Ask: one question about the pictures, the answers side by side as they grow."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr

from playground.asking.reply import Reply
from playground.page.parts.downloads import File, wire_downloads
from playground.page.parts.examples import example_language
from playground.page.parts.render import KEYS, Renderer
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import UnderWay, goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.vision.page.drawing.columns import columns
from playground.tabs.vision.page.drawing.messages import messages
from playground.tabs.vision.page.drawing.pieces import draw_alert, draw_notice, draw_undo, say
from playground.tabs.vision.page.events.columns import lay_columns
from playground.tabs.vision.page.events.pictures import VisionPicturesScreen, add_sample, show_pictures
from playground.tabs.vision.page.fields import ChosenModels, choose_models
from playground.tabs.vision.page.layout.tab import VisionLayout
from playground.tabs.vision.visit.ask import MOST_COLUMNS, Asking
from playground.tabs.vision.visit.export import to_json, to_markdown
from playground.tabs.vision.visit.values import Session
from playground.tabs.vision.visit.visits import ASK, VisionVisits
from playground.visitors.checks import checked_text
from providers.errors import PlaygroundError

EXAMPLE = "receipt"
"""The sample image of the worked example."""


def _unchanged_chats() -> list[object]:
    return [gr.skip()] * MOST_COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionAskScreen(Screen):
    """What changes while answers are written: the chats, the place below them, the buttons, the left side."""

    BUTTONS = ("ask", "stop")

    chats: list[object] = field(default_factory=_unchanged_chats)
    notice: object = no_change()
    question: object = no_change()
    ask: object = no_change()
    stop: object = no_change()
    left: VisionPicturesScreen = field(default_factory=VisionPicturesScreen)

    def outputs(self) -> list[object]:
        return [*self.chats, self.notice, self.question, self.ask, self.stop, *self.left.outputs()]


def wire_ask(page: Page[VisionVisits], layout: VisionLayout) -> None:
    """Everything of "Ask"."""
    app, parts = page.app, layout.asking
    inputs = [parts.question, parts.ocr, *page.sidebar.inputs]
    outputs = [*parts.outputs, *layout.left]
    going = goes_on(page, "vision-ask", outputs)

    async def on_ask(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in going.show(app.who(request), lambda who: _ask(page, who, values)):
            yield screen.outputs()

    async def on_option(request: gr.Request, event: gr.SelectData, *values: Any) -> AsyncGenerator[list[object]]:
        """A button under a reply: enter a key, or ask once more."""
        if event.value == KEYS:
            yield [gr.update(open=True), *VisionAskScreen().outputs()]
            return
        who = app.who(request)
        turns = app.visits.session(who.visitor).turns
        question = turns[-1].question if turns else values[0]
        app.visits.take_back(who.visitor)
        async for screen in going.show(who, lambda reader: _ask(page, reader, (question, *values[1:]))):
            yield [gr.skip(), *screen.outputs()]

    async def on_new(request: gr.Request, *refs: object) -> list[object]:
        who = app.who(request)
        return restart(app, who, await choose_models(app, who, *refs)).outputs()

    for event in (parts.ask.click, parts.question.submit):
        event(on_ask, inputs, outputs, **PRIVATE)
    wire_stop(app, parts.stop, app.visits.stop, ASK)
    parts.new.click(on_new, [page.sidebar.models, parts.ocr], outputs, **PRIVATE)
    for chat in parts.chats:
        chat.clear(on_new, [page.sidebar.models, parts.ocr], outputs, **PRIVATE)
        chat.option_select(on_option, inputs, [page.sidebar.keys.panel, *outputs], **PRIVATE)
    wire_downloads(app, parts.exports, layout.file, lambda who, kind: export_conversation(app, who, kind))
    _wire_example(page, layout, going)


def _wire_example(page: Page[VisionVisits], layout: VisionLayout, going: UnderWay) -> None:
    app, parts = page.app, layout.asking
    above = [one for one in parts.frame if one not in parts.outputs]

    async def on_example(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        """The worked example: a model that cannot see answers from what a program reads."""
        who = app.who(request)
        _, reading, refs, *sampling = values
        it = await choose_models(app, who, refs, reading)
        if not it.reading:  # nothing is ticked yet: the first that cannot see
            it = replace(it, reading=it.blind[:1])
        language = example_language([it.models[seat.ref] for seat in it.seats if seat.ref in it.models], who.language)
        frame = lay_columns(app.show(who), it, app.visits.session(who.visitor))[: len(above)]
        untouched = [gr.skip()] * len(above)
        async for screen in going.show(who, lambda reader: _show_example(page, reader, it, language, sampling)):
            yield [*frame, *screen.outputs()]
            frame = untouched

    inputs = [parts.question, parts.ocr, *page.sidebar.inputs]
    parts.example.click(on_example, inputs, [*above, *parts.outputs, *layout.left], **PRIVATE)


async def _show_example(
    page: Page[VisionVisits], who: Who, it: ChosenModels, language: str, sampling: Sequence[Any]
) -> AsyncGenerator[VisionAskScreen]:
    app = page.app
    async with aclosing(add_sample(app, who, it, f"{EXAMPLE}.{language}.jpg")) as adding:
        async for left in adding:
            yield VisionAskScreen(left=left)
    try:
        asking = checked_asking(page, language, it, app.texts.text(language, "vision.example_question"), sampling)
    except PlaygroundError as error:
        yield _refuse(app.show(who), error)
        return
    asking = replace(asking, sampling=replace(asking.sampling, temperature=0))
    note = "example_note" if language == who.language else "example_language"
    async with aclosing(answer(app, who, it, asking, note)) as screens:
        async for screen in screens:
            yield screen


async def _ask(page: Page[VisionVisits], who: Who, values: Sequence[Any]) -> AsyncGenerator[VisionAskScreen]:
    app = page.app
    question, reading, refs, *sampling = values
    try:
        it = await choose_models(app, who, refs, reading)
        asking = checked_asking(page, who.language, it, question, sampling)
    except PlaygroundError as error:
        yield _refuse(app.show(who), error)
        return
    async with aclosing(answer(app, who, it, asking)) as screens:
        async for screen in screens:
            yield screen


def checked_asking(
    page: Page[VisionVisits], language: str, it: ChosenModels, question: object, sampling: Sequence[object]
) -> Asking:
    """What is asked. Raises `InputError`s."""
    return Asking(
        question=checked_text(question or "", page.app.bounds),
        seats=it.seats,
        sampling=page.sampling(sampling),
        language=language,
    )


def _refuse(show: Renderer, error: PlaygroundError, **places: object) -> VisionAskScreen:
    """Nothing was asked, and why."""
    return VisionAskScreen.showing("ask", notice=draw_alert(show, error), **places)


async def answer(
    app: App[VisionVisits], who: Who, it: ChosenModels, asking: Asking, note: str = ""
) -> AsyncGenerator[VisionAskScreen]:
    """One turn of all columns; `note` names a text that stands below it in the end."""
    show = app.show(who)
    drawn = _Drawn(show, it)
    latest: Session | None = None
    screen, read = VisionAskScreen.showing("stop", notice="", question=""), -1
    try:
        async with aclosing(app.going.keep(who, app.visits.ask(who.visitor, asking))) as sessions:
            async for latest in sessions:
                if len(latest.readings) != read:  # the pictures show what was read in them
                    read = len(latest.readings)
                    screen = replace(screen, left=show_pictures(app, who, it, latest))
                yield replace(screen, chats=drawn.chats(latest))
                screen = VisionAskScreen()
    except PlaygroundError as error:
        yield _refuse(show, error, question=asking.question)
        return
    if latest is None:
        return
    ended = draw_notice(show, _lesson(latest)) if len(latest.turns) == 1 or note else ""
    ended += f'<p class="quiet">{say(show, note)}</p>' if note else ""
    left = show_pictures(app, who, it, latest)
    yield VisionAskScreen.showing("ask", chats=columns(show, it, latest), notice=ended, left=left)


def _lesson(session: Session) -> str:
    """What there is to notice: reading beside seeing, or one of them alone."""
    ways = {seat.way for seat in session.turns[-1].seats}
    return "both" if len(ways) == 2 else "reads" if "reads" in ways else "sees"


@dataclass(slots=True)
class _Drawn:
    """What stands in the columns, so that only what has changed is drawn anew."""

    show: Renderer
    it: ChosenModels
    last: tuple[Reply, ...] = ()
    read: int = 0
    shown: list[object] | None = None

    def chats(self, session: Session) -> list[object]:
        turn = session.turns[-1]
        if self.shown is None or len(session.readings) != self.read:
            self.shown = columns(self.show, self.it, session)
        else:
            for place, seat in enumerate(turn.seats):
                if turn.replies[place] is not self.last[place]:
                    self.shown[place] = messages(self.show, session, seat)
        self.last, self.read = turn.replies, len(session.readings)
        return list(self.shown)


def restart(app: App[VisionVisits], who: Who, it: ChosenModels) -> VisionAskScreen:
    """A new conversation about the same pictures; a click leads back to the one before."""
    show, before = app.show(who), app.visits.session(who.visitor).turns
    session = app.visits.restart(who.visitor)
    left, notice = show_pictures(app, who, it, session, progress=""), draw_undo(show, "begun") if before else ""
    return VisionAskScreen.showing("ask", chats=columns(show, it, session), notice=notice, left=left)


def export_conversation(app: App[VisionVisits], who: Who, kind: str) -> File:
    """The conversation as a file: "json" or "markdown"."""
    session = app.visits.session(who.visitor)
    if kind == "json":
        return {"name": "aula-vision.json", "type": "application/json", "content": to_json(session)}
    words = {name: who.text(f"vision.export_{name}") for name in ("you", "image", "read")}
    return {"name": "aula-vision.md", "type": "text/markdown", "content": to_markdown(session, words)}
