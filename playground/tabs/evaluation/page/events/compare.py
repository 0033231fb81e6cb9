"""Compare: models are proposed, asked about before they cost anything, run on a set, paused, and drawn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.languages import closest
from playground.measuring import Snapshot
from playground.measuring.outcomes import State
from playground.measuring.tasks import languages
from playground.page.parts.measuring import Measures, MeasureScreen, wire_measure_buttons
from playground.page.parts.own_questions import wire_own_questions
from playground.page.parts.pace import throttle
from playground.page.parts.run_exports import draw_exports, wire_exports
from playground.page.parts.run_list import load_run
from playground.page.parts.screen import no_change
from playground.page.parts.setup_line import fold_into_line, setup_of
from playground.page.parts.task_sets import checked_tasks, task_set_choices
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.evaluation.lab.comparison import comparison
from playground.tabs.evaluation.page.drawing.compare import draw_compared_progress, draw_comparison_run
from playground.tabs.evaluation.page.drawing.figures import plot_compared
from playground.tabs.evaluation.page.drawing.pieces import NOTICES, draw_notice, draw_sentence
from playground.tabs.evaluation.page.events.exports import export_any, exports_of
from playground.tabs.evaluation.page.events.items import hide_items, show_items, show_items_again, wire_items
from playground.tabs.evaluation.page.fields import (
    CompareFields,
    checked_comparison,
    comparison_name,
    metric_choices,
)
from playground.tabs.evaluation.page.layout.tab import EvaluationLayout
from playground.tabs.evaluation.visit.visits import PLACE, EvaluationVisits
from playground.visitors.checks import checked_models
from providers.errors import PlaygroundError

_FIELDS = ("tasks", "language", "count", "repeats", "seed", "mode", "metric")
"""Of `CompareFields`, in the order of the components."""
_EXAMPLE: dict[str, object] = {"tasks": "sentiment", "count": 10, "repeats": 1, "mode": "written", "metric": ""}
_FIRST = 20
"""Of a visitor's own questions, at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationCompareScreen(MeasureScreen):
    """What a comparison redraws while it goes on, and which run is open."""

    setup: object = no_change()
    open_run: object = no_change()
    scores: object = no_change()
    took: object = no_change()
    row: object = no_change()
    page: object = no_change()
    differ: object = no_change()
    items: object = no_change()
    item: object = no_change()


def wire_compare(page: Page[EvaluationVisits], layout: EvaluationLayout) -> None:
    """Everything of "Compare"."""
    app, parts = page.app, layout.compare
    tasks, language, count, *_, metric = parts.fields

    def on_load(request: gr.Request) -> list[object]:
        who = app.who(request)
        choices = task_set_choices(app, who)
        spoken = closest(who.language, languages())
        return [gr.update(choices=choices, value=choices[1][1]), spoken, draw_sentence(app.show(who), "empty_compare")]

    def on_tasks(request: gr.Request, name: object, spoken: object, scored: object) -> object:
        return list_metrics(app, app.who(request), name, spoken, scored)

    page.on_open(on_load, [], [tasks, language, parts.table])
    asked = [tasks, language, metric]  # unchecked: the list of metrics is only now filled in
    tasks.change(on_tasks, asked, metric, queue=False, preprocess=False, **PRIVATE)  # type: ignore[attr-defined]
    wire_own_questions(app, parts.upload, language, [tasks, count], lambda found: min(found, _FIRST))
    wire_measure_buttons(app, parts.buttons, MEASURES, parts.outputs, PLACE)
    wire_items(page, parts.items, parts.open_run)
    wire_exports(app, parts.table, layout.file, lambda who, run, kind: export_any(app, who, run, kind), parts.open_run)
    _wire_run(page, layout)
    _wire_restored(page, layout)


def _wire_restored(page: Page[EvaluationVisits], layout: EvaluationLayout) -> None:
    """After the page was read again in another language: the open run is drawn in it, one under way goes on."""
    app, parts = page.app, layout.compare

    def on_restored(request: gr.Request, opened: str, *held: object) -> list[object]:
        if not opened:
            return EvaluationCompareScreen().outputs()
        who = app.who(request)
        screen = reopen_compared(app, who, opened)
        if screen.open_run == opened:
            screen = replace(screen, **show_items_again(app, who, opened, held))
        return screen.outputs()

    goes_on(page, MEASURES.part, parts.outputs)
    page.restored.change(on_restored, [parts.open_run, *parts.items.shown_inputs], parts.outputs, **PRIVATE)


def _wire_run(page: Page[EvaluationVisits], layout: EvaluationLayout) -> None:
    app, parts = page.app, layout.compare
    inputs = [*parts.fields, *page.sidebar.inputs]

    async def on_run(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async with aclosing(_start(page, app.who(request), values)) as screens:
            async for screen in screens:
                yield screen.outputs()

    async def on_example(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        typed = {**dict(zip(_FIELDS, values, strict=False)), **_EXAMPLE, "language": closest(who.language, languages())}
        given = [*(typed[name] for name in _FIELDS), *values[len(_FIELDS) :]]
        first: list[object] = [typed[name] for name in _FIELDS]
        async with aclosing(_start(page, who, given)) as screens:
            async for screen in screens:
                yield [*first, *screen.outputs()]
                first = [gr.skip()] * len(first)

    parts.buttons.run.click(on_run, inputs, parts.outputs, **PRIVATE)
    parts.buttons.example.click(on_example, inputs, [*parts.fields, *parts.outputs], **PRIVATE)


async def _start(
    page: Page[EvaluationVisits], who: Who, values: Sequence[Any]
) -> AsyncGenerator[EvaluationCompareScreen]:
    count, app = len(_FIELDS), page.app
    try:
        fields = CompareFields(**dict(zip(_FIELDS, values[:count], strict=True)))
        models, sampling = checked_models(values[count]), page.sampling(values[count + 1 :])
        wanted = checked_comparison(app, who, fields, models, sampling)
    except PlaygroundError as error:
        yield MEASURES.draw_refusal(app, who, error)
        return
    async with aclosing(MEASURES.start(app, who, wanted)) as screens:
        async for screen in screens:
            yield screen


async def compare(app: App[EvaluationVisits], who: Who, run: str) -> AsyncGenerator[EvaluationCompareScreen]:
    """A kept comparison from where it is to its end; the tables come then."""
    show = app.show(who)
    try:
        stored = await asyncio.to_thread(app.visits.load_run, who.visitor, run)
        line = fold_into_line(setup_of(show, stored.description))
        setup, state = line, ""
        async with aclosing(throttle(app.going.keep(who, app.visits.compare(who.visitor, run)))) as snapshots:
            async for snapshot in snapshots:
                progress = draw_compared_progress(show, snapshot)
                if snapshot.state in ("stopped", "done"):
                    continue  # the work itself is yet to end: whoever leaves now would break it off
                if state != snapshot.state:
                    buttons = ("proceed" if snapshot.state == "paused" else "pause", "stop")
                    yield EvaluationCompareScreen.showing(*buttons, progress=progress, setup=setup, open_run="")
                    setup = gr.skip()  # whoever opens it again keeps it open until the results come
                else:
                    yield EvaluationCompareScreen(progress=progress)
                state = snapshot.state
        # Once more: of screens that arrive together the browser keeps the last.
        yield replace(await asyncio.to_thread(_show_end, app, who, run, progress), setup=line)
    except PlaygroundError as error:
        yield MEASURES.draw_refusal(app, who, error, open_run=run)


def reopen_compared(app: App[EvaluationVisits], who: Who, run: str) -> EvaluationCompareScreen:
    """A kept comparison as it ended. Takes some tenths of a second."""
    show = app.show(who)
    try:
        stored, outcomes = load_run(app, who, run)
        state: State = "done" if len(outcomes) >= stored.description.total else "stopped"
        ended = Snapshot(state=state, total=stored.description.total, outcomes=outcomes)
        screen = _show_end(app, who, run, draw_compared_progress(show, ended))
        return replace(screen, setup=fold_into_line(setup_of(show, stored.description)))
    except PlaygroundError as error:
        return MEASURES.draw_refusal(app, who, error, table="", open_run="")


def _show_end(app: App[EvaluationVisits], who: Who, run: str, progress: str) -> EvaluationCompareScreen:
    """Takes some tenths of a second: resampling."""
    show = app.show(who)
    stored, outcomes = load_run(app, who, run)
    scores, took = plot_compared(show, stored.description, comparison(stored.description, outcomes))
    return EvaluationCompareScreen.showing(
        "run",
        progress=progress,
        table=draw_comparison_run(show, stored, outcomes)
        + draw_exports(show, exports_of(app, stored))
        + draw_notice(show, "compare"),
        open_run=run,
        scores=gr.update(value=scores, visible=scores is not None),
        took=gr.update(value=took, visible=took is not None),
        **show_items(show, stored, outcomes),
    )


def _hide_run() -> dict[str, object]:
    hidden = gr.update(visible=False)
    return {"open_run": "", "scores": hidden, "took": hidden, **hide_items()}


MEASURES = Measures(
    part="evaluation-compare",
    screen=EvaluationCompareScreen,
    notices=NOTICES,
    loading="loading",
    cleared=_hide_run,
    name=lambda _, who, description: comparison_name(who, description),
    measure=compare,
)
start = MEASURES.start


def list_metrics(app: App[EvaluationVisits], who: Who, tasks: object, language: object, metric: object = "") -> object:
    """An update of the list of metrics, for the chosen set. The chosen one stays where the set has it, and is no part
    of the update then: it may be given back meanwhile, see `keeping`."""
    try:
        found = checked_tasks(app, who, tasks, language)
    except PlaygroundError:  # told when it is run
        return gr.skip()
    choices = metric_choices(who, found)
    offered = metric in {"", *(name for _, name in choices)}
    return gr.update(choices=choices) if offered else gr.update(choices=choices, value="")
