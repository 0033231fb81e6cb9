"""The events of "Labels" and "Measure", connected to what they do."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import gradio as gr

from playground.page.program import DOWNLOAD, PRIVATE, App, Page, Who
from playground.tabs.vision.page.drawing.columns import Chosen, chosen
from playground.tabs.vision.page.drawing.pieces import alert
from playground.tabs.vision.page.events import label as labelling
from playground.tabs.vision.page.events import look as looking
from playground.tabs.vision.page.events import measure as measuring
from playground.tabs.vision.page.events.wiring import left_of
from playground.tabs.vision.page.layout.tab import Layout
from playground.tabs.vision.visit.measure import VisionMeasurement
from playground.tabs.vision.visit.visits import LABEL, VisionVisits
from playground.visitors.checks import checked_sampling
from providers.errors import PlaygroundError

EXAMPLE = "shapes.png"
"""The sample image that is compared with colours."""


def wire_labels(page: Page[VisionVisits], layout: Layout) -> None:
    """Everything of "Labels"."""
    app, parts = page.app, layout.labelling
    inputs, seats = parts.typed, [page.sidebar.models, layout.asking.ocr]

    async def compared(request: gr.Request, *values: object) -> AsyncGenerator[list[object]]:
        async for shown in labelling.compare(app, app.who(request), *values):
            yield shown

    async def tried(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        picture, _, template, models, *refs = values
        labels = who.text("vision.label_example_labels")
        if not app.visits.session(who.visitor).pictures:
            it = await chosen(app, who, *refs)
            async with aclosing(looking.add_sample(app, who, it, EXAMPLE)) as adding:
                async for left in adding:
                    yield [labels, gr.skip(), gr.skip(), gr.skip(), *left.outputs()]
            picture = len(app.visits.session(who.visitor).pictures)
        nothing = [gr.skip()] * len(left_of(layout))
        async for shown in labelling.compare(app, who, picture, labels, template, models):
            yield [labels, *shown, *nothing]

    def opened(request: gr.Request) -> list[object]:
        return labelling.opened(app, app.who(request))

    def stopped(request: gr.Request) -> None:
        app.visits.stop(app.who(request).visitor, LABEL)

    parts.run.click(compared, inputs, parts.shown, **PRIVATE)
    filled = [parts.labels, *parts.shown, *left_of(layout)]
    parts.example.click(tried, [*inputs, *seats], filled, **PRIVATE)
    parts.stop.click(stopped, None, None, queue=False, **PRIVATE)
    page.blocks.load(opened, None, [parts.models, parts.bars], **PRIVATE)


def wire_measure(page: Page[VisionVisits], layout: Layout) -> None:
    """Everything of "Measure"."""
    app, parts = page.app, layout.measuring
    inputs = [*parts.plan, *page.sidebar.inputs]

    async def started(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in _measuring(page, app.who(request), values, sure=False):
            yield screen.outputs()

    async def confirmed(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in _measuring(page, app.who(request), values, sure=True):
            yield screen.outputs()

    def cancelled() -> list[object]:
        return measuring.Screen.showing("run", progress="").outputs()

    def stopped(request: gr.Request) -> None:
        measuring.stop(app, app.who(request))

    def exported(request: gr.Request) -> dict[str, str] | None:
        return saved(app, app.who(request))

    def opened(request: gr.Request) -> str:
        return app.who(request).language

    parts.run.click(started, inputs, parts.shown, **PRIVATE)
    parts.confirm.click(confirmed, inputs, parts.shown, **PRIVATE)
    parts.cancel.click(cancelled, None, parts.shown, queue=False, **PRIVATE)
    parts.stop.click(stopped, None, None, queue=False, **PRIVATE)
    parts.csv.click(exported, None, layout.file, **PRIVATE).then(None, layout.file, None, js=DOWNLOAD, **PRIVATE)
    page.blocks.load(opened, None, parts.language, **PRIVATE)


def saved(app: App[VisionVisits], who: Who) -> dict[str, str] | None:
    """What was measured last, for a spreadsheet; the mark at the front tells it that the text is UTF-8."""
    found = app.visits.measured(who.visitor)
    if found is None:
        return None
    return {"name": "aula-vision.csv", "type": "text/csv", "content": "\ufeff" + found.csv()}


async def _measuring(
    page: Page[VisionVisits], who: Who, values: Any, *, sure: bool
) -> AsyncGenerator[measuring.Screen]:
    app = page.app
    count, ways, language, refs, *sampling = values
    try:
        it = await chosen(app, who, refs, ())
        wanted = _wanted(page, it, (count, ways, language), sampling)
    except PlaygroundError as error:
        yield measuring.Screen.showing("run", progress=alert(app.show(who), error))
        return
    run = measuring.measure(app, who, wanted) if sure else measuring.start(app, who, it, wanted)
    async with aclosing(run) as screens:
        async for screen in screens:
            yield screen


def _wanted(
    page: Page[VisionVisits], it: Chosen, plan: tuple[object, object, object], sampling: Any
) -> VisionMeasurement:
    given = dict(zip(page.sidebar.sampling, sampling, strict=True))
    return measuring.measuring_of(it, plan, checked_sampling(given, page.app.bounds))
