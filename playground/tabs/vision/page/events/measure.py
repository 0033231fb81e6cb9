"""What the events of "Measure" do: ask before it may cost something, run, draw what came of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, fields, replace

import gradio as gr

from playground.page.parts.pace import paced
from playground.page.program import App, Who
from playground.tabs.vision.lab.measure import WAYS
from playground.tabs.vision.page.drawing.columns import Chosen, names
from playground.tabs.vision.page.drawing.pieces import alert, money, noticed, say
from playground.tabs.vision.page.drawing.results import failures, figure, progress, table
from playground.tabs.vision.visit.measure import (
    MOST_QUESTIONS,
    VisionMeasurement,
    VisionResult,
    estimate_bill,
    spread_questions,
)
from playground.tabs.vision.visit.visits import MEASURE, VisionVisits
from playground.visitors.checks import checked_language
from providers.errors import InputError, PlaygroundError
from providers.types import Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What changes while it is measured; the rest stays as it is."""

    progress: object = field(default_factory=gr.skip)
    table: object = field(default_factory=gr.skip)
    plot: object = field(default_factory=gr.skip)
    run: object = field(default_factory=gr.skip)
    confirm: object = field(default_factory=gr.skip)
    cancel: object = field(default_factory=gr.skip)
    stop: object = field(default_factory=gr.skip)
    csv: object = field(default_factory=gr.skip)

    def outputs(self) -> list[object]:
        return [getattr(self, one.name) for one in fields(self)]

    @classmethod
    def showing(cls, *buttons: str, **places: object) -> Screen:
        """With just these buttons."""
        every = ("run", "confirm", "cancel", "stop", "csv")
        return cls(**places, **{name: gr.update(visible=name in buttons) for name in every})


def measuring_of(it: Chosen, plan: tuple[object, object, object], sampling: Sampling) -> VisionMeasurement:
    """From the fields `count`, `ways` and `language`, checked. Raises `InputError`s."""
    count, ways, language = plan
    if isinstance(count, bool) or not isinstance(count, int | float) or not 1 <= count <= MOST_QUESTIONS:
        raise InputError("number", name="count", low=1, high=MOST_QUESTIONS)
    chosen = tuple(way for way in WAYS if way in names(ways))
    if not chosen:
        raise InputError("choice", name="ways", choices=", ".join(WAYS))
    questions = spread_questions(checked_language(language), int(count))
    return VisionMeasurement(models=it.refs, ways=chosen, questions=questions, sampling=sampling)


async def start(app: App[VisionVisits], who: Who, it: Chosen, measuring: VisionMeasurement) -> AsyncGenerator[Screen]:
    """Measure at once what costs nothing; ask first about what may cost something."""
    show = app.show(who)
    bill = estimate_bill(measuring, it.models)
    if bill.requests:
        asked = say(show, "asks", requests=f"{bill.requests:,}", cost=money(show, bill.cost))
        yield Screen.showing("confirm", "cancel", progress=f'<div class="notice" role="alert">{asked}</div>')
        return
    async with aclosing(measure(app, who, measuring)) as screens:
        async for screen in screens:
            yield screen


async def measure(app: App[VisionVisits], who: Who, measuring: VisionMeasurement) -> AsyncGenerator[Screen]:
    """The table as it fills, and the figure at the end."""
    show = app.show(who)
    latest: VisionResult | None = None
    count = -1
    first = Screen.showing("stop", plot=gr.update(visible=False))
    try:
        async with aclosing(paced(app.visits.measure(who.visitor, measuring))) as snapshots:
            async for latest in snapshots:
                grown = len(latest.snapshot.outcomes) != count
                count = len(latest.snapshot.outcomes)
                drawn: dict[str, object] = {"table": table(show, latest)} if grown else {}
                yield replace(first, progress=progress(show, latest), **drawn)
                first = Screen()
    except PlaygroundError as error:
        yield Screen.showing("run", progress=alert(show, error))
        return
    if latest is None:
        return
    drawing = figure(show, latest)
    yield Screen.showing(
        *("run", "csv"),
        progress=progress(show, latest) + failures(show, latest),
        table=table(show, latest) + noticed(show, "measure"),
        plot=gr.update(value=drawing, visible=drawing is not None),
    )


def stop(app: App[VisionVisits], who: Who) -> None:
    """End it at once; what is measured stays."""
    app.visits.stop(who.visitor, MEASURE)
