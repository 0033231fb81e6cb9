"""Measure: asked about before it may cost something, run, and drawn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from playground.asking.errors import ArgumentError
from playground.page.parts.downloads import File, wire_downloads
from playground.page.parts.fields import checked_within, texts_of
from playground.page.parts.pace import throttle
from playground.page.parts.redrawn import Redrawn
from playground.page.parts.render import Renderer
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.setup_line import fold_into_line
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.vision.lab.measure import WAYS
from playground.tabs.vision.page.drawing.pieces import draw_alert, draw_cost, draw_notice, say
from playground.tabs.vision.page.drawing.results import (
    draw_always_same,
    draw_answers,
    draw_failures,
    draw_scores,
    draw_vision_title,
    plot_scores,
    setup_parts,
)
from playground.tabs.vision.page.fields import ChosenModels, choose_models
from playground.tabs.vision.page.layout.tab import VisionLayout
from playground.tabs.vision.visit.measure import (
    MOST_QUESTIONS,
    VisionMeasurement,
    VisionResult,
    estimate_bill,
    spread_questions,
)
from playground.tabs.vision.visit.visits import MEASURE, VisionVisits
from playground.visitors.checks import checked_language
from providers.errors import PlaygroundError
from providers.types import Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionMeasureScreen(Screen):
    """What measuring redraws."""

    BUTTONS = ("run", "confirm", "cancel", "stop", "csv")

    progress: object = no_change()
    table: object = no_change()
    plot: object = no_change()
    run: object = no_change()
    confirm: object = no_change()
    cancel: object = no_change()
    stop: object = no_change()
    csv: object = no_change()
    setup: object = no_change()


@dataclass(frozen=True, slots=True)
class MeasuredImages:
    """A measurement that has ended: the questions' language, and when it was begun, in ISO 8601, UTC."""

    found: VisionResult
    language: str
    begun: str


DrawnMeasures = Redrawn[MeasuredImages]


def wire_measure(page: Page[VisionVisits], layout: VisionLayout) -> None:
    """Everything of "Measure"."""
    app, parts, drawn = page.app, layout.measuring, DrawnMeasures.of(page.app.sessions)
    inputs = [*parts.fields, *page.sidebar.inputs]

    async def on_run(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        async for screen in going.show(who, lambda reader: _measure(page, reader, values, drawn, sure=False)):
            yield screen.outputs()

    async def on_confirm(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        async for screen in going.show(who, lambda reader: _measure(page, reader, values, drawn, sure=True)):
            yield screen.outputs()

    def on_cancel() -> list[object]:
        return VisionMeasureScreen.showing("run", progress="").outputs()

    def on_load(request: gr.Request) -> str:
        return app.who(request).language

    def on_restored(request: gr.Request, table: object) -> list[object]:
        """After the page was read again in another language."""
        who = app.who(request)
        if (found := drawn.find(who.visitor, table)) is None:
            return VisionMeasureScreen().outputs()
        return show_measured(app.show(who), found, drawn.mark(who.visitor, found)).outputs()

    going = goes_on(page, "vision-measure", parts.outputs)
    page.restored.change(on_restored, parts.table, parts.outputs, **PRIVATE)
    parts.run.click(on_run, inputs, parts.outputs, **PRIVATE)
    parts.confirm.click(on_confirm, inputs, parts.outputs, **PRIVATE)
    parts.cancel.click(on_cancel, None, parts.outputs, queue=False, **PRIVATE)
    wire_stop(app, parts.stop, app.visits.stop, MEASURE)
    wire_downloads(app, {"csv": parts.csv}, layout.file, lambda who, _: export_measured(app, who))
    page.on_open(on_load, [], parts.language)


async def _measure(
    page: Page[VisionVisits], who: Who, values: Any, drawn: DrawnMeasures, *, sure: bool
) -> AsyncGenerator[VisionMeasureScreen]:
    app = page.app
    count, ways, language, refs, *sampling = values
    try:
        it = await choose_models(app, who, refs, ())
        wanted = checked_measuring(it, (count, ways, language), page.sampling(sampling))
    except PlaygroundError as error:
        yield VisionMeasureScreen.showing("run", progress=draw_alert(app.show(who), error))
        return
    run = measure(app, who, wanted, drawn) if sure else start(app, who, it, wanted, drawn)
    async with aclosing(run) as screens:
        async for screen in screens:
            yield screen


def checked_measuring(it: ChosenModels, fields: tuple[object, object, object], sampling: Sampling) -> VisionMeasurement:
    """From the fields `count`, `ways` and `language`. Raises `InputError`s."""
    count, ways, language = fields
    questions = int(checked_within("count", count, 1, MOST_QUESTIONS))
    chosen = tuple(way for way in WAYS if way in texts_of(ways))
    if not chosen:
        raise ArgumentError("choice", name="ways", choices=", ".join(WAYS))
    items = spread_questions(checked_language(language), questions)
    return VisionMeasurement(models=it.refs, ways=chosen, questions=items, sampling=sampling)


async def start(
    app: App[VisionVisits],
    who: Who,
    it: ChosenModels,
    measuring: VisionMeasurement,
    drawn: DrawnMeasures | None = None,
) -> AsyncGenerator[VisionMeasureScreen]:
    """Measure at once what costs nothing; ask first about what may cost something."""
    show = app.show(who)
    bill = await asyncio.to_thread(estimate_bill, measuring, it.models)
    if bill.requests:
        asked = say(show, "asks", requests=show.number(bill.requests), cost=draw_cost(show, bill.cost))
        said = f'<div class="notice" role="alert">{asked}</div>'
        yield VisionMeasureScreen.showing("confirm", "cancel", progress=said)
        return
    async with aclosing(measure(app, who, measuring, drawn)) as screens:
        async for screen in screens:
            yield screen


async def measure(
    app: App[VisionVisits], who: Who, measuring: VisionMeasurement, drawn: DrawnMeasures | None = None
) -> AsyncGenerator[VisionMeasureScreen]:
    """The table as it fills, and the figure at the end."""
    show = app.show(who)
    latest: VisionResult | None = None
    begun, count, title = datetime.now(UTC).isoformat(timespec="seconds"), -1, ""
    screen = VisionMeasureScreen.showing("stop", table="", plot=gr.update(visible=False))
    try:
        name = show.text("vision.run_name", count=len(measuring.questions))
        measured = app.visits.measure(who.visitor, measuring, name=name)
        async with aclosing(throttle(app.going.keep(who, measured))) as snapshots:
            async for latest in snapshots:
                if count < 0:
                    screen = replace(screen, setup=fold_into_line(setup_parts(show, latest)))
                if len(latest.snapshot.outcomes) != count:
                    count = len(latest.snapshot.outcomes)
                    title = draw_vision_title(show, latest, measuring.questions[0].language, begun)
                    screen = replace(screen, table=title + draw_scores(show, latest))
                yield replace(screen, progress=draw_answers(show, latest))
                screen = VisionMeasureScreen()
    except PlaygroundError as error:
        yield VisionMeasureScreen.showing("run", progress=draw_alert(show, error))
        return
    if latest is None:
        return
    it = MeasuredImages(latest, measuring.questions[0].language, begun)
    yield show_measured(show, it, "" if drawn is None else drawn.mark(who.visitor, it))


def show_measured(show: Renderer, it: MeasuredImages, mark: str) -> VisionMeasureScreen:
    """A measurement that has ended: table, what to notice, and figure."""
    found, figure = it.found, plot_scores(show, it.found)
    title = draw_vision_title(show, found, it.language, it.begun)
    return VisionMeasureScreen.showing(
        *("run", "csv"),
        progress=draw_answers(show, found) + draw_failures(show, found),
        table=title + draw_scores(show, found) + draw_always_same(show, found) + draw_notice(show, "measure") + mark,
        plot=gr.update(value=figure, visible=figure is not None),
        setup=fold_into_line(setup_parts(show, found)),
    )


def export_measured(app: App[VisionVisits], who: Who) -> File | None:
    """What was measured last, for a spreadsheet; the mark at the front tells it that the text is UTF-8."""
    found = app.visits.last_result(who.visitor)
    if found is None:
        return None
    return {"name": "aula-vision.csv", "type": "text/csv", "content": "\ufeff" + found.csv()}
