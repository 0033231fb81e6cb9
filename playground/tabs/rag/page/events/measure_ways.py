"""A measurement of ways to search as it goes on: what it draws, and its table, which is kept for a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import gradio as gr

from playground.page.parts.downloads import File
from playground.page.parts.pace import throttle
from playground.page.parts.render import Renderer
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.setup_line import fold_into_line
from playground.page.program import App, Who
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
from playground.tabs.rag.page.events.files import BesideFiles, RagFilesScreen
from playground.tabs.rag.page.events.measure_plan import RagMeasureFields, checked_measurement
from playground.tabs.rag.page.events.questions import KeptMeasures, MeasuredWays
from playground.tabs.rag.page.export import to_csv, to_json
from playground.tabs.rag.visit.measure import MeasuringProgress, Wanted, measure
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits
from providers.errors import PlaygroundError


@dataclass(frozen=True, slots=True, kw_only=True)
class RagMeasureScreen(Screen):
    """What measuring redraws; `kept` is the row of buttons that save the table."""

    BUTTONS = ("run", "stop", "confirm", "cancel")

    progress: object = no_change()
    table: object = no_change()
    plot: object = no_change()
    run: object = no_change()
    stop: object = no_change()
    kept: object = no_change()
    confirm: object = no_change()
    cancel: object = no_change()
    setup: object = no_change()

    def again(self) -> list[object]:
        return BesideFiles(RagFilesScreen(), self).again()


async def measure_ways(
    app: App[RagVisits], who: Who, kept: KeptMeasures, fields: RagMeasureFields, retrieval: RetrievalSetup
) -> AsyncGenerator[RagMeasureScreen]:
    """The table and the figure come when it has ended, or was stopped."""
    show = app.show(who)
    try:
        wanted = await asyncio.to_thread(checked_measurement, who, kept, fields, retrieval)
        latest, begun = MeasuringProgress(), datetime.now(UTC).isoformat(timespec="seconds")
        hidden, preparing = gr.update(visible=False), draw_sentence(show, "measure_preparing")
        line = fold_into_line(
            setup_parts(show, str(fields.questions), len(wanted.questions), wanted.ways, wanted.sizes)
        )
        yield RagMeasureScreen.showing("stop", progress=preparing, table="", plot=hidden, kept=hidden, setup=line)
        name = measurement_name(show, wanted)
        measured = measure(app.visits, who.visitor, wanted, name=name)
        async with aclosing(throttle(app.going.keep(who, measured))) as steps:
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
    return gr.skip() if it is None else fold_into_line(setup_parts(show, it.set_name, it.questions, it.ways, it.sizes))


def measurement_name(show: Renderer, wanted: Wanted) -> str:
    """What it is called among the kept runs."""
    return show.text("rag.run_name", count=len(wanted.questions))


def _title(it: MeasuringProgress, fields: RagMeasureFields, begun: str) -> MeasureTitle | None:
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


def _draw_progress(show: Renderer, it: MeasuringProgress) -> str:
    absent = f'<p class="quiet">{say(show, "absent", count=it.absent)}</p>' if it.absent else ""
    if it.snapshot is None:
        return draw_sentence(show, "measure_cutting", done=it.cut, all=it.cuts) + absent
    return draw_searches(show, it.snapshot) + absent


def _tables(it: MeasuringProgress) -> Tables:
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
