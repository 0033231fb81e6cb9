"""The questions that are measured: ours, those of a visitor's file, and those that a model proposes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr

from playground.page.parts import uploads
from playground.page.parts.fields import checked_within
from playground.page.parts.pace import throttle
from playground.page.parts.redrawn import Redrawn
from playground.page.parts.render import Renderer
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.rag.lab.measuring.propose import Proposed
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion, read_questions
from playground.tabs.rag.page.drawing.measures import MeasureTitle, Tables
from playground.tabs.rag.page.drawing.pieces import draw_alert, draw_sentence, say
from playground.tabs.rag.page.fields import RetrievalFields, checked_retrieval
from playground.tabs.rag.page.layout.tab import RagLayout
from playground.tabs.rag.visit.measure import Proposing, proposals
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.checks import checked_models
from playground.visitors.expiring import Expiring
from providers.errors import PlaygroundError
from providers.types import Sampling

PLACE = "propose"
_HOURS = 14_400.0
_QUOTE = 80
"""Characters of a quote that its line shows."""


@dataclass(frozen=True, slots=True)
class MeasuredWays:
    """A measurement of searching that has ended."""

    tables: Tables
    k: int
    title: MeasureTitle | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMeasures:
    """By visitor, for some hours: questions of a file, questions proposed, the last table with its k, those drawn."""

    own: Expiring[tuple[LabelledQuestion, ...]] = field(default_factory=lambda: Expiring(_HOURS, 200))
    proposed: Expiring[tuple[Proposed, ...]] = field(default_factory=lambda: Expiring(_HOURS, 200))
    results: Expiring[tuple[Tables, int]] = field(default_factory=lambda: Expiring(_HOURS, 200))
    drawn: Redrawn[MeasuredWays] = field(default_factory=Redrawn)
    read: Redrawn[tuple[int, str]] = field(default_factory=Redrawn)
    """Of the file of questions that is told: how many, and its name."""

    def forget(self, visitor: str) -> None:
        """All that is kept of that visitor."""
        for kept in (self.own, self.proposed, self.results):
            kept.pop(visitor)
        self.drawn.forget(visitor)
        self.read.forget(visitor)


@dataclass(frozen=True, slots=True, kw_only=True)
class RagProposeScreen(Screen):
    """What proposing redraws."""

    BUTTONS = ("propose", "stop")

    progress: object = no_change()
    approved: object = no_change()
    propose: object = no_change()
    stop: object = no_change()


def wire_questions(page: Page[RagVisits], layout: RagLayout, kept: KeptMeasures) -> None:
    """Which questions, and where they come from."""
    app, parts = page.app, layout.measuring
    proposing = parts.proposing
    inputs = [proposing.count, *layout.fields, *page.sidebar.inputs]

    def on_set(name: str) -> list[object]:
        return [gr.update(visible=name == "own"), gr.update(visible=name == "proposed")]

    async def on_file(request: gr.Request, path: object) -> str:
        return await read_own_questions(app, app.who(request), kept, path)

    async def on_propose(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in going.show(app.who(request), lambda who: _propose(page, layout, who, kept, values)):
            yield screen.outputs()

    def on_restored(request: gr.Request, ticked: Sequence[str] | None) -> object:
        """After the page was read again in another language, the proposed questions that were ticked are."""
        who = app.who(request)
        proposed = kept.proposed.get(who.visitor) or ()
        if not ticked or not proposed:
            return gr.skip()
        return _choices(app.show(who), proposed, ticked)

    def on_reread(request: gr.Request, told: object) -> object:
        who = app.who(request)
        read = kept.read.find(who.visitor, told)
        return gr.skip() if read is None else _draw_read(app.show(who), kept, who, read)

    def on_load(request: gr.Request) -> object:
        proposed = kept.proposed.get(app.who(request).visitor) or ()
        return _choices(app.show(app.who(request)), proposed, ()) if proposed else gr.skip()

    page.on_open(on_load, [], proposing.approved)
    going = goes_on(page, "rag-propose", proposing.outputs)
    page.restored.change(on_restored, proposing.approved, proposing.approved, **PRIVATE)
    page.restored.change(on_reread, parts.told, parts.told, **PRIVATE)
    questions = parts.fields[0]
    questions.change(on_set, questions, [parts.own, proposing.panel], queue=False, **PRIVATE)  # type: ignore[attr-defined]
    parts.file.change(on_file, parts.file, parts.told, **PRIVATE)
    proposing.propose.click(on_propose, inputs, proposing.outputs, **PRIVATE)
    wire_stop(app, proposing.stop, app.visits.stop, PLACE)


async def _propose(
    page: Page[RagVisits], layout: RagLayout, who: Who, kept: KeptMeasures, values: Sequence[Any]
) -> AsyncGenerator[RagProposeScreen]:
    app, count = page.app, len(layout.fields)
    wanted, *rest = values
    try:
        model, sampling = checked_models(rest[count])[0], page.sampling(rest[count + 1 :])
        retrieval = checked_retrieval(app, who, RetrievalFields.of(rest[:count]))
        proposing = checked_proposing(model, sampling, wanted, retrieval)
    except PlaygroundError as error:
        yield RagProposeScreen(progress=draw_alert(app.show(who), error))
        return
    async with aclosing(propose(app, who, kept, proposing)) as screens:
        async for screen in screens:
            yield screen


async def read_own_questions(app: App[RagVisits], who: Who, kept: KeptMeasures, path: object) -> str:
    """The questions of a file, kept for the next run; or what is wrong with it."""
    show = app.show(who)
    try:
        (upload,) = await uploads.take([path])
        found = await asyncio.to_thread(read_questions, upload.content, upload.name)
    except ValueError:  # no file: it was taken away
        kept.own.pop(who.visitor)
        return ""
    except PlaygroundError as error:
        kept.own.pop(who.visitor)
        return draw_alert(show, error)
    kept.own.put(who.visitor, found)
    return _draw_read(show, kept, who, (len(found), upload.name))


def _draw_read(show: Renderer, kept: KeptMeasures, who: Who, read: tuple[int, str]) -> str:
    return draw_sentence(show, "own_read", count=read[0], file=read[1]) + kept.read.mark(who.visitor, read)


def checked_proposing(model: str, sampling: Sampling, count: object, retrieval: RetrievalSetup) -> Proposing:
    """Raises `ArgumentError("number")`."""
    several = int(checked_within("count", count, 1, 40, whole=True))
    longest = min(sampling.max_tokens or 160, 160)  # a question and a quote are short
    return Proposing(model=model, sampling=replace(sampling, max_tokens=longest), count=several, retrieval=retrieval)


async def propose(
    app: App[RagVisits], who: Who, kept: KeptMeasures, wanted: Proposing
) -> AsyncGenerator[RagProposeScreen]:
    """Questions as they come."""
    show, shown = app.show(who), tuple[Proposed, ...]()
    said = draw_sentence(show, "proposed", done=0, all=wanted.count)
    nothing = gr.update(choices=[], value=[], visible=False)
    yield RagProposeScreen.showing("stop", progress=said, approved=nothing)
    try:
        async with aclosing(throttle(app.going.keep(who, proposals(app.visits, who.visitor, wanted)))) as steps:
            async for step in steps:
                said = draw_sentence(show, "proposed", done=step.tried, all=step.total)
                if step.dropped:
                    said += f'<p class="quiet">{say(show, "dropped", count=step.dropped)}</p>'
                changed = step.proposed != shown
                shown = step.proposed
                kept.proposed.put(who.visitor, shown)
                yield RagProposeScreen(progress=said, approved=_choices(show, shown) if changed else gr.skip())
    except PlaygroundError as error:
        said = draw_alert(show, error)
    yield RagProposeScreen.showing("propose", progress=said, approved=_choices(show, shown))


def _choices(show: Renderer, proposed: Sequence[Proposed], ticked: Sequence[str] | None = None) -> object:
    """Each with its tick, but for those that a visitor has taken away."""
    choices = [(_line(show, one), one.asked.id) for one in proposed]
    value = [name for _, name in choices if ticked is None or name in ticked]
    return gr.update(choices=choices, value=value, visible=bool(choices))


def _line(show: Renderer, one: Proposed) -> str:
    quote = " ".join(one.asked.quotes[0].split())
    short = quote if len(quote) <= _QUOTE else quote[:_QUOTE].rsplit(" ", 1)[0] + "…"
    place = show.text("rag.where", file=one.chunk.name, page=one.chunk.page)
    return f"{one.asked.question} [{short}] – {place}"
