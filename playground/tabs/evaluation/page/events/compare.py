"""Compare: models are proposed, asked about before they cost anything, run on a set, paused, and drawn."""

from __future__ import annotations

import asyncio
import html
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.languages import closest
from playground.measuring import Snapshot
from playground.measuring.kinds import Outcomes, RunFile
from playground.measuring.outcomes import State
from playground.measuring.own_file import read_own
from playground.measuring.store import StoredRun
from playground.measuring.tasks import languages
from playground.page.parts.downloads import File, wire_downloads
from playground.page.parts.pace import paced
from playground.page.parts.run_prices import price_text
from playground.page.parts.screen import Screen, unchanged
from playground.page.parts.stops import wire_stop
from playground.page.program import PRIVATE, App, Page, Who
from playground.strategies.runs.describe import RunRequest
from playground.tabs.evaluation.lab.comparison import comparison
from playground.tabs.evaluation.page.drawing.compare import draw_compared_progress, draw_comparison_run
from playground.tabs.evaluation.page.drawing.figures import plot_compared
from playground.tabs.evaluation.page.drawing.pieces import draw_alert, draw_notice, draw_sentence
from playground.tabs.evaluation.page.drawing.report import report
from playground.tabs.evaluation.page.events.items import hide_items, kind_of, load_any, show_items, wire_items
from playground.tabs.evaluation.page.fields import (
    OWN,
    CompareFields,
    checked_comparison,
    checked_tasks,
    comparison_name,
    metric_choices,
    task_set_choices,
)
from playground.tabs.evaluation.page.layout.tab import EvaluationLayout
from playground.tabs.evaluation.visit.visits import PLACE, EvaluationVisits
from playground.visitors.checks import checked_language, checked_models
from providers.errors import InputError, PlaygroundError

_FIELDS = ("tasks", "language", "count", "repeats", "seed", "mode", "metric")
"""Of `CompareFields`, in the order of the components."""
_EXAMPLE: dict[str, object] = {"tasks": "sentiment", "count": 10, "repeats": 1, "mode": "written", "metric": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationCompareScreen(Screen):
    """What a comparison redraws while it goes on, and which run is open."""

    BUTTONS = ("run", "pause", "proceed", "stop", "confirm", "cancel")

    progress: object = unchanged()
    table: object = unchanged()
    run: object = unchanged()
    pause: object = unchanged()
    proceed: object = unchanged()
    stop: object = unchanged()
    confirm: object = unchanged()
    cancel: object = unchanged()
    open_run: object = unchanged()
    going: object = unchanged()
    scores: object = unchanged()
    took: object = unchanged()
    row: object = unchanged()
    page: object = unchanged()
    differ: object = unchanged()
    items: object = unchanged()
    item: object = unchanged()
    kept: object = unchanged()


_ITEMS = ("row", "page", "differ", "items", "item")


def wire_compare(page: Page[EvaluationVisits], layout: EvaluationLayout) -> None:
    """Everything of "Compare"."""
    app, parts = page.app, layout.compare

    def on_load(request: gr.Request) -> list[object]:
        who = app.who(request)
        choices = task_set_choices(app, who)
        spoken = closest(who.language, languages())
        return [gr.update(choices=choices, value=choices[1][1]), spoken, draw_sentence(app.show(who), "empty_compare")]

    def on_tasks(request: gr.Request, tasks: str, language: str) -> object:
        return list_metrics(app, app.who(request), tasks, language)

    def on_pause(request: gr.Request) -> list[object]:
        app.visits.pause(app.who(request).visitor, PLACE)
        return [gr.update(visible=False), gr.update(visible=True)]

    def on_proceed(request: gr.Request) -> list[object]:
        app.visits.resume(app.who(request).visitor, PLACE)
        return [gr.update(visible=True), gr.update(visible=False)]

    def on_cancel() -> list[object]:
        return EvaluationCompareScreen.showing("run", progress="").outputs()

    async def on_file(request: gr.Request, file: object, language: str, kind: str) -> list[object]:
        return await use_file(app, app.who(request), file, (language, kind))

    tasks, language = parts.fields[0], parts.fields[1]
    page.blocks.load(on_load, None, [tasks, language, parts.table], **PRIVATE)
    tasks.change(on_tasks, [tasks, language], parts.fields[-1], queue=False, **PRIVATE)  # type: ignore[attr-defined]
    for event in (parts.file.change, parts.kind.input):
        event(on_file, [parts.file, language, parts.kind], [tasks, parts.fields[2], parts.told], **PRIVATE)
    parts.cancel.click(on_cancel, None, parts.outputs, queue=False, **PRIVATE)
    parts.pause.click(on_pause, None, [parts.pause, parts.proceed], queue=False, **PRIVATE)
    parts.proceed.click(on_proceed, None, [parts.pause, parts.proceed], queue=False, **PRIVATE)
    wire_stop(app, parts.stop, app.visits.stop, PLACE)
    wire_items(page, parts.items, parts.open_run)
    wire_downloads(
        app, parts.exports, layout.file, lambda who, kind, run: export_any(app, who, run, kind), parts.open_run
    )
    _wire_run(page, layout)
    _wire_restored(page, layout)


def _wire_restored(page: Page[EvaluationVisits], layout: EvaluationLayout) -> None:
    """After the page was read again in another language: the open run is drawn in it, one under way goes on."""
    app, parts = page.app, layout.compare

    async def on_restored(request: gr.Request, opened: str, going: str) -> AsyncGenerator[list[object]]:
        if opened:
            yield (await asyncio.to_thread(reopen_compared, app, app.who(request), opened)).outputs()
            return
        if not going:
            yield EvaluationCompareScreen().outputs()
            return
        async with aclosing(compare(app, app.who(request), going)) as screens:
            async for screen in screens:
                yield screen.outputs()

    page.restored.change(on_restored, [parts.open_run, parts.going], parts.outputs, **PRIVATE)


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

    async def on_confirm(request: gr.Request) -> AsyncGenerator[list[object]]:
        async with aclosing(compare_proposed(app, app.who(request))) as screens:
            async for screen in screens:
                yield screen.outputs()

    parts.run.click(on_run, inputs, parts.outputs, **PRIVATE)
    parts.example.click(on_example, inputs, [*parts.fields, *parts.outputs], **PRIVATE)
    parts.confirm.click(on_confirm, None, parts.outputs, **PRIVATE)


async def _start(
    page: Page[EvaluationVisits], who: Who, values: Sequence[Any]
) -> AsyncGenerator[EvaluationCompareScreen]:
    count, app = len(_FIELDS), page.app
    try:
        fields = CompareFields(**dict(zip(_FIELDS, values[:count], strict=True)))
        models, sampling = checked_models(values[count]), page.sampling(values[count + 1 :])
        wanted = checked_comparison(app, who, fields, models, sampling)
    except PlaygroundError as error:
        yield EvaluationCompareScreen.showing("run", progress=draw_alert(app.show(who), error))
        return
    async with aclosing(start(app, who, wanted)) as screens:
        async for screen in screens:
            yield screen


async def start(app: App[EvaluationVisits], who: Who, wanted: RunRequest) -> AsyncGenerator[EvaluationCompareScreen]:
    """Run what costs nothing; ask first about what may cost something."""
    show = app.show(who)
    try:
        yield EvaluationCompareScreen.showing(
            "stop", progress=draw_sentence(show, "loading"), table="", open_run="", going="", **_hidden()
        )
        _, estimate = await app.visits.propose(who.visitor, wanted)
        if not estimate.free:
            said = f'<div class="notice" role="alert">{html.escape(price_text(show, estimate))}</div>'
            yield EvaluationCompareScreen.showing("confirm", "cancel", progress=said)
            return
        async with aclosing(compare_proposed(app, who)) as screens:
            async for screen in screens:
                yield screen
    except PlaygroundError as error:
        yield EvaluationCompareScreen.showing("run", progress=draw_alert(show, error))


async def compare_proposed(app: App[EvaluationVisits], who: Who) -> AsyncGenerator[EvaluationCompareScreen]:
    """Run what was proposed last."""
    show = app.show(who)
    try:
        description = app.visits.confirmed(who.visitor)
        name = comparison_name(app, who, description)
        run = await asyncio.to_thread(app.visits.create, who.visitor, name, description)
    except PlaygroundError as error:
        yield EvaluationCompareScreen.showing("run", progress=draw_alert(show, error))
        return
    async with aclosing(compare(app, who, run)) as screens:
        async for screen in screens:
            yield screen


async def compare(app: App[EvaluationVisits], who: Who, run: str) -> AsyncGenerator[EvaluationCompareScreen]:
    """A kept comparison from where it is to its end; the tables come then."""
    show = app.show(who)
    try:
        state = ""
        async with aclosing(paced(app.visits.compare(who.visitor, run))) as snapshots:
            async for snapshot in snapshots:
                progress = draw_compared_progress(show, snapshot)
                if snapshot.state in ("stopped", "done"):
                    break
                if state != snapshot.state:
                    buttons = ("proceed" if snapshot.state == "paused" else "pause", "stop")
                    yield EvaluationCompareScreen.showing(*buttons, progress=progress, open_run="", going=run)
                else:
                    yield EvaluationCompareScreen(progress=progress)
                state = snapshot.state
        yield await asyncio.to_thread(_ended, app, who, run, progress)
    except PlaygroundError as error:
        yield EvaluationCompareScreen.showing("run", progress=draw_alert(show, error), open_run=run)


def reopen_compared(app: App[EvaluationVisits], who: Who, run: str) -> EvaluationCompareScreen:
    """A kept comparison as it ended. Takes some tenths of a second."""
    show = app.show(who)
    try:
        stored, outcomes = load_any(app, who, run)
        state: State = "done" if len(outcomes) >= stored.description.total else "stopped"
        ended = Snapshot(state=state, total=stored.description.total, outcomes=outcomes)
        return _ended(app, who, run, draw_compared_progress(show, ended))
    except PlaygroundError as error:
        return EvaluationCompareScreen.showing("run", progress=draw_alert(show, error), table="", open_run="")


def _ended(app: App[EvaluationVisits], who: Who, run: str, progress: str) -> EvaluationCompareScreen:
    """Takes some tenths of a second: resampling."""
    show = app.show(who)
    stored, outcomes = load_any(app, who, run)
    scores, took = plot_compared(show, stored.description, comparison(stored.description, outcomes), outcomes)
    return EvaluationCompareScreen.showing(
        "run",
        progress=progress,
        table=draw_comparison_run(show, stored, outcomes) + draw_notice(show, "compare"),
        open_run=run,
        scores=gr.update(value=scores, visible=scores is not None),
        took=gr.update(value=took, visible=took is not None),
        kept=gr.update(visible=True),
        **dict(zip(_ITEMS, show_items(show, stored, outcomes), strict=True)),
    )


def _hidden() -> dict[str, object]:
    hidden = gr.update(visible=False)
    places = dict(zip(_ITEMS, hide_items(), strict=True))
    return {"scores": hidden, "took": hidden, "kept": gr.update(visible=False), **places}


def list_metrics(app: App[EvaluationVisits], who: Who, tasks: object, language: object) -> object:
    """An update of the list of metrics, for the chosen set."""
    try:
        found = checked_tasks(app, who, CompareFields(tasks=tasks, language=language))
    except PlaygroundError:  # told when it is run
        return gr.skip()
    return gr.update(choices=metric_choices(who, found), value="")


async def use_file(app: App[EvaluationVisits], who: Who, path: object, chosen: tuple[object, object]) -> list[object]:
    """Make a visitor's file the chosen set: updates of the list of sets, how many questions, and what is told."""
    show = app.show(who)
    if not path:
        return [gr.skip(), gr.skip(), ""]
    try:
        if not isinstance(path, str):
            raise InputError("empty")
        language, kind = checked_language(chosen[0]), str(chosen[1] or "")
        found, errors = await asyncio.to_thread(read_own, Path(path), language, kind)
    except PlaygroundError as error:
        return [gr.skip(), gr.skip(), draw_alert(show, error)]
    app.visits.keep_own(who.visitor, found)
    said = [show.text("prompting.own_ready", count=len(found.items), name=found.name)]
    said += [show.text("prompting.own_line", line=one.line, said=show.message(one.failure)) for one in errors[:5]]
    told = "".join(f'<p class="told" role="status">{html.escape(one)}</p>' for one in said)
    return [gr.update(choices=task_set_choices(app, who), value=OWN), min(len(found.items), 20), told]


def export_any(app: App[EvaluationVisits], who: Who, run: object, kind: str) -> File | None:
    """A kept run of any kind as a file; `None` where there is none, or its kind makes no such file."""
    try:
        stored, outcomes = load_any(app, who, str(run or ""))
    except PlaygroundError:  # nothing is chosen: the list says so
        return None
    file = run_as_file(app, who, stored, outcomes, kind)
    return {"name": file.name, "type": file.type, "content": file.content} if file is not None else None


def run_as_file(app: App[EvaluationVisits], who: Who, run: StoredRun, outcomes: Outcomes, kind: str) -> RunFile | None:
    """One of the files that its kind of measurement makes, or the report that any run has; `None` for no such one."""
    show, known = app.show(who), kind_of(app, run)
    if kind == "report":
        return report(show, known, run, outcomes)
    return known.export(show, run, outcomes, kind) if kind in known.EXPORTS else None
