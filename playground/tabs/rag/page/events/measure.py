"""Measure: ways to search and lengths of chunks, on a set of questions; the table is kept for a file."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import gradio as gr

from playground.page.parts.downloads import wire_downloads
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import UnderWay, goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.rag.page.drawing.pieces import draw_alert, draw_sentence, say
from playground.tabs.rag.page.events.files import BesideFiles, RagFilesScreen, add
from playground.tabs.rag.page.events.measure_plan import RagMeasureFields
from playground.tabs.rag.page.events.measure_ways import RagMeasureScreen, export_measures, measure_ways, show_measures
from playground.tabs.rag.page.events.questions import KeptMeasures, wire_questions
from playground.tabs.rag.page.events.scans import Scanned
from playground.tabs.rag.page.fields import RetrievalFields, checked_retrieval, stored_documents
from playground.tabs.rag.page.layout.measure import WAYS
from playground.tabs.rag.page.layout.tab import RagLayout
from playground.tabs.rag.visit.visits import RagVisits
from providers.errors import PlaygroundError

PLACE = "measure"
_FIRST_SIZES = "200"
"""What the field for chunk lengths holds at first."""
_FIELDS = tuple(RagMeasureFields.__dataclass_fields__)


def wire_measure(page: Page[RagVisits], layout: RagLayout, scanned: Scanned) -> None:
    """Everything of "Measure"."""
    app, parts, files, kept = page.app, layout.measuring, layout.files, KeptMeasures()

    async def on_run(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in going.show(app.who(request), lambda who: _measure(app, who, kept, values)):
            yield screen.outputs()

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
    parts.run.click(on_run, [*parts.fields, *layout.fields], parts.outputs, **PRIVATE)
    _wire_example(page, layout, scanned, kept, going)
    wire_stop(app, parts.stop, app.visits.stop, PLACE)
    wire_downloads(app, parts.exports, layout.file, lambda who, kind: export_measures(who, kept, kind))


def _wire_example(
    page: Page[RagVisits], layout: RagLayout, scanned: Scanned, kept: KeptMeasures, going: UnderWay
) -> None:
    """The example, which may add documents first, and says so."""
    app, parts, files = page.app, layout.measuring, layout.files
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
            async with aclosing(_measure(app, reader, kept, asked)) as measured:
                async for screen in measured:
                    yield BesideFiles(RagFilesScreen(), screen)

        async for both in going.show(who, show_example):
            yield [*both.files.outputs(), *first, *both.beside.outputs()]
            first = [gr.skip(), gr.skip()]

    filled = [parts.fields[_FIELDS.index("questions")], parts.fields[_FIELDS.index("ways")]]
    for clicked, handler in ((parts.example, on_example), (parts.confirm, on_confirm)):
        clicked.click(handler, [*parts.fields, *layout.fields], [*files.outputs, *filled, *parts.outputs], **PRIVATE)
    parts.cancel.click(on_cancel, None, parts.outputs, queue=False, **PRIVATE)


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
