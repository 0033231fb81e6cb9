"""What the events of "Measure" do: read or propose questions, measure ways to search, keep the table for a file."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, fields, replace
from typing import cast, get_args

import gradio as gr

from playground.page.parts import uploads
from playground.page.parts.pace import paced
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.rag.lab.measuring.columns import Way
from playground.tabs.rag.lab.measuring.propose import Proposed
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion, read_questions, sample_questions
from playground.tabs.rag.lab.measuring.table import table
from playground.tabs.rag.page.drawing import measures
from playground.tabs.rag.page.drawing.pieces import alert, noticed, say, told
from playground.tabs.rag.page.events.choose import TOKENS, names, number
from playground.tabs.rag.visit.measure import Measured, Proposing, Wanted, measure, proposals
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.expiring import Expiring
from providers.errors import InputError, PlaygroundError
from providers.types import Sampling

MEASURE, PROPOSE = "measure", "propose"
_HOURS = 14_400.0
_QUOTE = 80
"""Characters of a quote that its line shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """By visitor, for some hours: questions of a file, questions proposed, and the last table with its k."""

    own: Expiring[tuple[LabelledQuestion, ...]] = field(default_factory=lambda: Expiring(_HOURS, 200))
    proposed: Expiring[tuple[Proposed, ...]] = field(default_factory=lambda: Expiring(_HOURS, 200))
    results: Expiring[tuple[measures.Tables, int]] = field(default_factory=lambda: Expiring(_HOURS, 200))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The fields, as they are on the page."""

    questions: object = "samples"
    approved: object = ()
    ways: object = ()
    sizes: object = ""
    k: object = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What changes while it is measured; the rest stays as it is."""

    progress: object = field(default_factory=gr.skip)
    table: object = field(default_factory=gr.skip)
    plot: object = field(default_factory=gr.skip)
    run: object = field(default_factory=gr.skip)
    stop: object = field(default_factory=gr.skip)
    kept: object = field(default_factory=gr.skip)

    def outputs(self) -> list[object]:
        return [getattr(self, one.name) for one in fields(self)]

    @classmethod
    def idle(cls, **places: object) -> Screen:
        """Ready to measure again."""
        return cls(**places, run=gr.update(visible=True), stop=gr.update(visible=False))


def wanted_of(who: Who, kept: Kept, plan: Plan, retrieval: RetrievalSetup) -> Wanted:
    """Everything checked. Raises `InputError`s."""
    every = get_args(Way)
    chosen = [name for name in names(plan.ways) if name in every]
    return Wanted(
        questions=questions_of(who, kept, plan),
        ways=tuple(cast("list[Way]", sorted(chosen, key=every.index))),
        sizes=sizes_of(plan.sizes),
        k=int(number("k", plan.k, 1, 20, whole=True)),
        retrieval=retrieval,
    )


def questions_of(who: Who, kept: Kept, plan: Plan) -> tuple[LabelledQuestion, ...]:
    """Ours, the visitor's own, or those of the proposed ones that were approved."""
    if plan.questions == "own":
        return kept.own.get(who.visitor) or ()
    if plan.questions == "proposed":
        approved = set(names(plan.approved))
        return tuple(one.asked for one in kept.proposed.get(who.visitor) or () if one.asked.id in approved)
    return sample_questions()


def sizes_of(typed: object) -> tuple[int, ...]:
    """Chunk lengths as they are typed, each once. Raises `InputError("number")`."""
    pieces = re.split(r"[\s,;]+", str(typed or "").strip())
    low, high = TOKENS
    if not all(piece.isdecimal() and low <= int(piece) <= high for piece in pieces):
        raise InputError("number", name="tokens", low=low, high=high)
    return tuple(dict.fromkeys(map(int, pieces)))


async def run(
    app: App[RagVisits], who: Who, kept: Kept, plan: Plan, retrieval: RetrievalSetup
) -> AsyncGenerator[Screen]:
    """Measure; the table and the figure come when it has ended, or was stopped."""
    show = app.show(who)
    try:
        wanted = wanted_of(who, kept, plan, retrieval)
        latest = Measured()
        hidden = gr.update(visible=False)
        yield Screen(
            progress=told(show, "measure_preparing"),
            table="",
            plot=hidden,
            run=hidden,
            stop=gr.update(visible=True),
            kept=hidden,
        )
        async with aclosing(paced(measure(app.visits, who.visitor, wanted))) as steps:
            async for latest in steps:
                yield Screen(progress=_progress(show, latest))
        found = await asyncio.to_thread(_tables, latest)
    except PlaygroundError as error:
        yield Screen.idle(progress=alert(show, error))
        return
    kept.results.put(who.visitor, (found, wanted.k))
    figure = measures.figure(show, found.get("", ()), wanted.k)
    yield Screen.idle(
        progress=_progress(show, latest),
        table=measures.tables(show, found, wanted.k) + noticed(show, "measure") if figure is not None else "",
        plot=gr.update(value=figure, visible=figure is not None),
        kept=gr.update(visible=figure is not None),
    )


def _progress(show: Renderer, it: Measured) -> str:
    absent = f'<p class="quiet">{say(show, "absent", count=it.absent)}</p>' if it.absent else ""
    if it.snapshot is None:
        return told(show, "measure_cutting", done=it.cut, all=it.cuts) + absent
    return measures.progress(show, it.snapshot) + absent


def _tables(it: Measured) -> measures.Tables:
    """All questions, then each language alone."""
    if it.measuring is None or it.snapshot is None:
        return {}
    asked = it.measuring.asked
    found = {"": table(it.snapshot.outcomes, it.measuring)}
    for language in sorted({one.language for one in asked if one.language}):
        among = [one for one in asked if one.language == language]
        found[language] = table(it.snapshot.outcomes, it.measuring, among)
    return found


async def read(app: App[RagVisits], who: Who, kept: Kept, path: object) -> str:
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
        return alert(show, error)
    kept.own.put(who.visitor, found)
    return told(show, "own_read", count=len(found), file=upload.name)


async def propose(app: App[RagVisits], who: Who, kept: Kept, wanted: Proposing) -> AsyncGenerator[list[object]]:
    """Questions as they come: updates of what is told, the list, and the two buttons."""
    show, shown = app.show(who), tuple[Proposed, ...]()
    busy: list[object] = [gr.update(visible=False), gr.update(visible=True)]
    idle = [gr.update(visible=True), gr.update(visible=False)]
    said = told(show, "proposed", done=0, all=wanted.count)
    yield [said, gr.update(choices=[], value=[], visible=False), *busy]
    try:
        async with aclosing(paced(proposals(app.visits, who.visitor, wanted))) as steps:
            async for step in steps:
                said = told(show, "proposed", done=step.tried, all=step.total)
                if step.dropped:
                    said += f'<p class="quiet">{say(show, "dropped", count=step.dropped)}</p>'
                changed = step.proposed != shown
                shown = step.proposed
                kept.proposed.put(who.visitor, shown)
                yield [said, _choices(show, shown) if changed else gr.skip(), gr.skip(), gr.skip()]
    except PlaygroundError as error:
        said = alert(show, error)
    yield [said, _choices(show, shown), *idle]


def proposing_of(model: str, sampling: Sampling, count: object, retrieval: RetrievalSetup) -> Proposing:
    """Raises `InputError("number")`."""
    several = int(number("count", count, 1, 40, whole=True))
    longest = min(sampling.max_tokens or 160, 160)  # a question and a quote are short
    return Proposing(model=model, sampling=replace(sampling, max_tokens=longest), count=several, retrieval=retrieval)


def _choices(show: Renderer, proposed: Sequence[Proposed]) -> object:
    """Each with its tick: it is for the visitor to take away."""
    choices = [(_line(show, one), one.asked.id) for one in proposed]
    return gr.update(choices=choices, value=[name for _, name in choices], visible=bool(choices))


def _line(show: Renderer, one: Proposed) -> str:
    quote = " ".join(one.asked.quotes[0].split())
    short = quote if len(quote) <= _QUOTE else quote[:_QUOTE].rsplit(" ", 1)[0] + "…"
    place = show.text("rag.where", file=one.chunk.name, page=one.chunk.page)
    return f"{one.asked.question} [{short}] – {place}"


def exported(who: Who, kept: Kept, kind: str) -> dict[str, str] | None:
    """The last table as a file; `None` where there is none."""
    results = kept.results.get(who.visitor)
    if results is None:
        return None
    if kind == "csv":
        return {"name": "aula-retrieval.csv", "type": "text/csv", "content": measures.to_csv(*results)}
    return {"name": "aula-retrieval.json", "type": "application/json", "content": measures.to_json(*results)}


def empty(show: Renderer) -> str:
    """What there is to measure."""
    return f'<p class="told" role="status">{html.escape(show.text("rag.empty_measure"))}</p>'
