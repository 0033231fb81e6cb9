"""Measure: ways to search and lengths of chunks, on a set of questions; the table is kept for a file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast, get_args

import gradio as gr

from playground.asking.errors import ArgumentError
from playground.page.parts.downloads import File, wire_downloads
from playground.page.parts.fields import checked_within, texts_of
from playground.page.parts.pace import paced
from playground.page.parts.render import Renderer
from playground.page.parts.screen import Screen, repeat_buttons, unchanged
from playground.page.parts.setup_line import folded
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.rag.lab.measuring.columns import Way
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion, sample_questions
from playground.tabs.rag.lab.measuring.table import tables_by_language
from playground.tabs.rag.page.drawing.measures import (
    MeasureTitle,
    Tables,
    draw_measure_title,
    draw_measures,
    draw_searches,
    plot_recall,
    setup_parts,
)
from playground.tabs.rag.page.drawing.pieces import draw_alert, draw_notice, draw_sentence, say
from playground.tabs.rag.page.events.files import BesideFiles, RagFilesScreen, Scanned, add
from playground.tabs.rag.page.events.questions import KeptMeasures, MeasuredWays, wire_questions
from playground.tabs.rag.page.export import to_csv, to_json
from playground.tabs.rag.page.fields import TOKENS, RetrievalFields, checked_retrieval, stored_documents
from playground.tabs.rag.page.layout.measure import WAYS
from playground.tabs.rag.page.layout.tab import RagLayout
from playground.tabs.rag.visit.measure import Measured, Wanted, measure
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits
from providers.errors import PlaygroundError

PLACE = "measure"
_FIRST_SIZES = "200"
"""What the field for chunk lengths holds at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RagMeasureFields:
    """The fields, as they are on the page, in the order of the components."""

    questions: object = "samples"
    approved: object = ()
    ways: object = ()
    sizes: object = ""
    k: object = 5


_FIELDS = tuple(RagMeasureFields.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RagMeasureScreen(Screen):
    """What measuring redraws; `kept` is the row of buttons that save the table."""

    BUTTONS = ("run", "stop", "confirm", "cancel")

    progress: object = unchanged()
    table: object = unchanged()
    plot: object = unchanged()
    run: object = unchanged()
    stop: object = unchanged()
    kept: object = unchanged()
    confirm: object = unchanged()
    cancel: object = unchanged()
    setup: object = unchanged()

    def again(self) -> list[object]:
        return BesideFiles(RagFilesScreen(), self).again()


def wire_measure(page: Page[RagVisits], layout: RagLayout, scanned: Scanned) -> None:
    """Everything of "Measure"."""
    app, parts, files, kept = page.app, layout.measuring, layout.files, KeptMeasures()
    inputs = [*parts.fields, *layout.fields]

    async def on_run(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in going.show(app.who(request), lambda who: _measure(app, who, kept, values)):
            yield screen.outputs()

    untouched = [gr.skip()] * (len(files.outputs) + 2)

    async def on_example(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        """What would be added to the visitor's documents is asked about first."""
        asked = await ask_before_adding(app, app.who(request), RetrievalFields.of(values[len(_FIELDS) :]))
        if asked is not None:
            yield [*untouched, *asked.outputs()]
            return
        async with aclosing(on_confirm(request, *values)) as screens:
            async for outputs in screens:
                yield outputs

    def on_cancel() -> list[object]:
        return RagMeasureScreen.showing("run", progress="").outputs()

    async def on_confirm(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        """On the sample questions, with the sample documents: those that are here already are not read again."""
        who, rest = app.who(request), values[len(_FIELDS) :]
        first = ["samples", list(WAYS[:3])]
        typed = {**dict(zip(_FIELDS, values, strict=False)), "questions": "samples", "ways": WAYS[:3]}
        asked = [*(typed[name] for name in _FIELDS), *rest]

        async def show_example(reader: Who) -> AsyncGenerator[BesideFiles]:
            adding = add(app, reader, scanned, RetrievalFields.of(rest), app.visits.samples())
            async with aclosing(adding) as screens:
                async for left in screens:
                    yield BesideFiles(left, RagMeasureScreen())
            async with aclosing(repeat_buttons(_measure(app, reader, kept, asked))) as measured:
                async for screen in measured:
                    yield BesideFiles(RagFilesScreen(), screen)

        async for both in going.show(who, show_example):
            yield [*both.files.outputs(), *first, *both.beside.outputs()]
            first = [gr.skip(), gr.skip()]

    def on_load(request: gr.Request) -> list[str]:
        return [draw_sentence(app.show(app.who(request)), "empty_measure"), _FIRST_SIZES]

    def on_restored(request: gr.Request, shown: object) -> list[object]:
        """After the page was read again in another language."""
        who = app.who(request)
        if (found := kept.drawn.find(who.visitor, shown)) is None:
            return RagMeasureScreen().outputs()
        return show_measures(app.show(who), found, kept.drawn.mark(who.visitor, found)).outputs()

    app.sessions.forgetting.append(kept.forget)
    wire_questions(page, layout, kept)
    going = goes_on(page, "rag-measure", [*files.outputs, *parts.outputs])
    page.restored.change(on_restored, parts.table, parts.outputs, **PRIVATE)
    page.on_open(on_load, [], [parts.table, parts.fields[_FIELDS.index("sizes")]])
    parts.run.click(on_run, inputs, parts.outputs, **PRIVATE)
    filled = [parts.fields[_FIELDS.index("questions")], parts.fields[_FIELDS.index("ways")]]
    for clicked, handler in ((parts.example, on_example), (parts.confirm, on_confirm)):
        clicked.click(handler, inputs, [*files.outputs, *filled, *parts.outputs], **PRIVATE)
    parts.cancel.click(on_cancel, None, parts.outputs, queue=False, **PRIVATE)
    wire_stop(app, parts.stop, app.visits.stop, PLACE)
    wire_downloads(app, parts.exports, layout.file, lambda who, kind: export_measures(who, kept, kind))


async def ask_before_adding(app: App[RagVisits], who: Who, fields: RetrievalFields) -> RagMeasureScreen | None:
    """Which of the sample documents would be added; `None` where all of them are here. An error is told later."""
    try:
        here = {one.name for one in await stored_documents(app, who, fields)}
    except PlaygroundError:  # measuring meets it too, and tells it in the place of its progress
        return None
    absent = [one.name for one in app.visits.samples() if one.name not in here]
    if not absent:
        return None
    show = app.show(who)
    asked = say(show, "measure_adds", count=len(absent), files=", ".join(absent))
    return RagMeasureScreen.showing("confirm", "cancel", progress=f'<div class="notice" role="alert">{asked}</div>')


async def _measure(
    app: App[RagVisits], who: Who, kept: KeptMeasures, values: Sequence[Any]
) -> AsyncGenerator[RagMeasureScreen]:
    count = len(_FIELDS)
    try:
        fields = RagMeasureFields(**dict(zip(_FIELDS, values[:count], strict=True)))
        retrieval = checked_retrieval(app, who, RetrievalFields.of(values[count:]))
    except PlaygroundError as error:
        yield RagMeasureScreen.showing("run", progress=draw_alert(app.show(who), error))
        return
    async with aclosing(measure_ways(app, who, kept, fields, retrieval)) as screens:
        async for screen in screens:
            yield screen


def checked_measurement(who: Who, kept: KeptMeasures, fields: RagMeasureFields, retrieval: RetrievalSetup) -> Wanted:
    """What is to be measured. Raises `InputError`s."""
    every = get_args(Way)
    chosen = [name for name in texts_of(fields.ways) if name in every]
    return Wanted(
        questions=chosen_questions(who, kept, fields),
        ways=tuple(cast("list[Way]", sorted(chosen, key=every.index))),
        sizes=parse_sizes(fields.sizes),
        k=int(checked_within("k", fields.k, 1, 20, whole=True)),
        retrieval=retrieval,
    )


def chosen_questions(who: Who, kept: KeptMeasures, fields: RagMeasureFields) -> tuple[LabelledQuestion, ...]:
    """Ours, the visitor's own, or those of the proposed ones that were approved."""
    if fields.questions == "own":
        return kept.own.get(who.visitor) or ()
    if fields.questions == "proposed":
        approved = set(texts_of(fields.approved))
        return tuple(one.asked for one in kept.proposed.get(who.visitor) or () if one.asked.id in approved)
    return sample_questions()


def parse_sizes(typed: object) -> tuple[int, ...]:
    """Chunk lengths as they are typed, each once. Raises `ArgumentError("number")`."""
    pieces = re.split(r"[\s,;]+", str(typed or "").strip())
    low, high = TOKENS
    if not all(piece.isdecimal() and low <= int(piece) <= high for piece in pieces):
        raise ArgumentError("number", name="tokens", low=low, high=high)
    return tuple(dict.fromkeys(map(int, pieces)))


async def measure_ways(
    app: App[RagVisits], who: Who, kept: KeptMeasures, fields: RagMeasureFields, retrieval: RetrievalSetup
) -> AsyncGenerator[RagMeasureScreen]:
    """The table and the figure come when it has ended, or was stopped."""
    show = app.show(who)
    try:
        wanted = await asyncio.to_thread(checked_measurement, who, kept, fields, retrieval)
        latest, begun = Measured(), datetime.now(UTC).isoformat(timespec="seconds")
        hidden, preparing = gr.update(visible=False), draw_sentence(show, "measure_preparing")
        line = folded(setup_parts(show, str(fields.questions), len(wanted.questions), wanted.ways, wanted.sizes))
        yield RagMeasureScreen.showing("stop", progress=preparing, table="", plot=hidden, kept=hidden, setup=line)
        name = measurement_name(show, wanted)
        measured = measure(app.visits, who.visitor, wanted, name=name)
        async with aclosing(paced(app.going.keep(who, measured))) as steps:
            async for latest in steps:
                yield RagMeasureScreen(progress=_draw_progress(show, latest))
        found = await asyncio.to_thread(_tables, latest)
    except PlaygroundError as error:
        yield RagMeasureScreen.showing("run", progress=draw_alert(show, error))
        return
    kept.results.put(who.visitor, (found, wanted.k))
    it = MeasuredWays(found, wanted.k, _title(latest, fields, begun))
    yield replace(show_measures(show, it, kept.drawn.mark(who.visitor, it)), progress=_draw_progress(show, latest))


def show_measures(show: Renderer, it: MeasuredWays, mark: str) -> RagMeasureScreen:
    """A measurement that has ended: table, what to notice, figure, and the buttons that save it."""
    named = draw_measure_title(show, it.title) if it.title is not None else ""
    table = named + draw_measures(show, it.tables, it.k) + draw_notice(show, "measure") + mark
    figure = plot_recall(show, it.tables.get("", ()), it.k)
    there = figure is not None
    return RagMeasureScreen.showing(
        "run",
        table=table if there else "",
        plot=gr.update(value=figure, visible=there),
        kept=gr.update(visible=there),
        setup=fold_title(show, it.title),
    )


def fold_title(show: Renderer, it: MeasureTitle | None) -> object:
    """The fields as one line, of a measurement that has a title."""
    return gr.skip() if it is None else folded(setup_parts(show, it.set_name, it.questions, it.ways, it.sizes))


def measurement_name(show: Renderer, wanted: Wanted) -> str:
    """What it is called among the kept runs."""
    return show.text("rag.run_name", count=len(wanted.questions))


def _title(it: Measured, fields: RagMeasureFields, begun: str) -> MeasureTitle | None:
    """`None` where nothing was measured."""
    if (made := it.measuring) is None:
        return None
    return MeasureTitle(
        set_name=str(fields.questions),
        questions=len(made.asked),
        languages=tuple(sorted({one.language for one in made.asked if one.language})),
        embedding=made.embedder.info.name,
        ways=made.ways,
        sizes=tuple(cutting.label for cutting in made.cuttings),
        k=made.k,
        begun=begun,
    )


def _draw_progress(show: Renderer, it: Measured) -> str:
    absent = f'<p class="quiet">{say(show, "absent", count=it.absent)}</p>' if it.absent else ""
    if it.snapshot is None:
        return draw_sentence(show, "measure_cutting", done=it.cut, all=it.cuts) + absent
    return draw_searches(show, it.snapshot) + absent


def _tables(it: Measured) -> Tables:
    """All questions, then each language alone."""
    if it.measuring is None or it.snapshot is None:
        return {}
    keys = [(way, cutting.label) for cutting in it.measuring.cuttings for way in it.measuring.ways]
    return tables_by_language(it.snapshot.outcomes, keys, it.measuring.asked)


def export_measures(who: Who, kept: KeptMeasures, kind: str) -> File | None:
    """The last table as a file; `None` where there is none."""
    results = kept.results.get(who.visitor)
    if results is None:
        return None
    if kind == "csv":
        return {"name": "aula-retrieval.csv", "type": "text/csv", "content": to_csv(*results)}
    return {"name": "aula-retrieval.json", "type": "application/json", "content": to_json(*results)}
