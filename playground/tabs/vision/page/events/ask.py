"""What the events of "Ask" do: the answers as they grow, side by side."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

import gradio as gr

from playground.asking.reply import Reply
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.vision.page.drawing.columns import Chosen, chats
from playground.tabs.vision.page.drawing.messages import messages
from playground.tabs.vision.page.drawing.pieces import alert, noticed, say
from playground.tabs.vision.page.events.look import Left
from playground.tabs.vision.visit.ask import MOST_COLUMNS, Asking
from playground.tabs.vision.visit.values import Session
from playground.tabs.vision.visit.visits import ASK, VisionVisits
from providers.errors import PlaygroundError

Chats = list[object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What changes while answers are written: the chats, the place below them, the buttons, the left side."""

    chats: Chats
    notice: object
    question: object
    ask: object
    stop: object
    left: Left

    def outputs(self) -> list[object]:
        return [*self.chats, self.notice, self.question, self.ask, self.stop, *self.left.outputs()]


def quiet(**places: object) -> Screen:
    """Only those places; the rest stays as it is."""
    nothing = Screen(
        chats=[gr.skip()] * MOST_COLUMNS,
        notice=gr.skip(),
        question=gr.skip(),
        ask=gr.skip(),
        stop=gr.skip(),
        left=Left(),
    )
    return replace(nothing, **places)  # type: ignore[arg-type]  # names are the fields


def refused(show: Renderer, error: PlaygroundError, question: object = None) -> Screen:
    """Nothing was asked: why, and the question back in its box."""
    places: dict[str, object] = {} if question is None else {"question": question}
    return quiet(notice=alert(show, error), ask=gr.update(visible=True), stop=gr.update(visible=False), **places)


async def answer(
    app: App[VisionVisits], who: Who, it: Chosen, asking: Asking, note: str = ""
) -> AsyncGenerator[Screen]:
    """One turn of all columns; `note` names a text that stands below it in the end."""
    show = app.show(who)
    first = not app.visits.session(who.visitor).turns
    drawn = _Drawn(show, it)
    latest: Session | None = None
    read = 0
    busy: dict[str, object] = {
        "notice": "", "question": "", "ask": gr.update(visible=False), "stop": gr.update(visible=True),
    }  # fmt: skip
    try:
        async with aclosing(app.visits.ask(who.visitor, asking)) as sessions:
            async for latest in sessions:
                if busy or len(latest.readings) != read:  # the pictures show what was read in them
                    read = len(latest.readings)
                    busy["left"] = Left.of(app, who, it, latest)
                yield quiet(chats=drawn.chats(latest), **busy)
                busy = {}
    except PlaygroundError as error:
        yield refused(show, error, asking.question)
        return
    if latest is None:
        return
    ended = noticed(show, _lesson(latest)) if first or note else ""
    ended += f'<p class="quiet">{say(show, note)}</p>' if note else ""
    yield quiet(
        chats=chats(show, it, latest),
        notice=ended,
        ask=gr.update(visible=True),
        stop=gr.update(visible=False),
        left=Left.of(app, who, it, latest),
    )


def _lesson(session: Session) -> str:
    """What there is to notice: reading beside seeing, or one of them alone."""
    ways = {seat.way for seat in session.turns[-1].seats}
    return "both" if len(ways) == 2 else "reads" if "reads" in ways else "sees"


@dataclass(slots=True)
class _Drawn:
    """What stands in the columns, so that only what has changed is drawn anew."""

    show: Renderer
    it: Chosen
    last: tuple[Reply, ...] = ()
    read: int = 0
    shown: Chats | None = None

    def chats(self, session: Session) -> Chats:
        turn = session.turns[-1]
        if self.shown is None or len(session.readings) != self.read:
            self.shown = chats(self.show, self.it, session)
        else:
            for place, seat in enumerate(turn.seats):
                if turn.replies[place] is not self.last[place]:
                    self.shown[place] = messages(self.show, session, seat)
        self.last, self.read = turn.replies, len(session.readings)
        return list(self.shown)


def stop(app: App[VisionVisits], who: Who) -> None:
    """End all columns at once; what they have said stays."""
    app.visits.stop(who.visitor, ASK)


def restarted(app: App[VisionVisits], who: Who, it: Chosen) -> Screen:
    """A new conversation about the same pictures."""
    session = app.visits.restart(who.visitor)
    return quiet(
        chats=chats(app.show(who), it, session),
        notice="",
        ask=gr.update(visible=True),
        stop=gr.update(visible=False),
        left=Left.of(app, who, it, session, progress=""),
    )
