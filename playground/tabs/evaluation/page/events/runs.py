"""Runs: what every tab measured is listed, named, compared, opened again, finished, exported and deleted.

The registry of kinds of measurement is asked what a run is; no tab is known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import gradio as gr

from playground.measuring.errors import MeasuringError
from playground.measuring.store import StoredRun
from playground.page.parts.downloads import wire_downloads
from playground.page.parts.pace import paced
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.evaluation.page.drawing.compare import draw_compared_progress
from playground.tabs.evaluation.page.drawing.pieces import draw_alert, draw_sentence, say
from playground.tabs.evaluation.page.drawing.runs import any_run_line, draw_all_runs, draw_any_comparison
from playground.tabs.evaluation.page.events.compare import export_any
from playground.tabs.evaluation.page.events.items import hide_items, kind_of, load_any, show_items, wire_items
from playground.tabs.evaluation.page.layout.runs import FILES
from playground.tabs.evaluation.page.layout.tab import EvaluationLayout
from playground.tabs.evaluation.visit.visits import EvaluationVisits
from providers.errors import PlaygroundError


def wire_runs(page: Page[EvaluationVisits], layout: EvaluationLayout) -> None:
    """Everything of "Runs"."""
    app, parts = page.app, layout.runs
    opened = [parts.drawn, parts.opened, *parts.items.outputs]

    def on_open(request: gr.Request, run: str | None) -> list[object]:
        return list_all(app, app.who(request), run)

    def on_choose(request: gr.Request, run: str | None) -> list[object]:
        return [*list_all(app, app.who(request), run), "", "", *hide_items()]

    def on_rename(request: gr.Request, run: str | None, name: str) -> list[object]:
        return rename(app, app.who(request), run, name)

    def on_delete(request: gr.Request, run: str | None) -> list[object]:
        return [*delete(app, app.who(request), run), "", "", *hide_items()]

    def on_compare(request: gr.Request, run: str | None, other: str | None) -> str:
        return compare_two(app, app.who(request), run, other)

    async def on_reopen(request: gr.Request, run: str | None) -> list[object]:
        return await asyncio.to_thread(reopen, app, app.who(request), run or "")

    async def on_finish(request: gr.Request, run: str | None) -> AsyncGenerator[list[object]]:
        async with aclosing(finish(app, app.who(request), run or "")) as drawn:
            async for screen in drawn:
                yield screen

    def on_stop(request: gr.Request, run: str | None) -> None:
        stop(app, app.who(request), run or "")

    async def on_restored(request: gr.Request, run: str) -> list[object]:
        """After the page was read again in another language: the list and the open result are drawn in it."""
        who = app.who(request)
        if not run:
            return [gr.skip()] * (len(parts.outputs) + len(opened))
        _, *drawn = await asyncio.to_thread(reopen, app, who, run)
        return [*list_all(app, who, run), *drawn]

    page.restored.change(on_restored, parts.opened, [*parts.outputs, *opened], **PRIVATE)
    layout.runs_tab.select(on_open, parts.run, parts.outputs, **PRIVATE)
    parts.run.input(on_choose, parts.run, [*parts.outputs, *opened], **PRIVATE)
    for event in (parts.rename.click, parts.name.submit):
        event(on_rename, [parts.run, parts.name], parts.outputs, **PRIVATE)
    parts.delete.click(lambda: gr.update(visible=True), None, parts.surely, queue=False, **PRIVATE)
    parts.surely.click(on_delete, parts.run, [*parts.outputs, *opened], **PRIVATE)
    parts.compare.click(on_compare, [parts.run, parts.other], parts.told, **PRIVATE)
    parts.reopen.click(on_reopen, parts.run, [parts.told, *opened], **PRIVATE)
    parts.proceed.click(on_finish, parts.run, [parts.proceed, parts.stop, parts.told, *opened], **PRIVATE)
    parts.stop.click(on_stop, parts.run, None, queue=False, **PRIVATE)
    wire_items(page, parts.items, parts.run)
    wire_downloads(app, parts.exports, layout.file, lambda who, kind, run: export_any(app, who, run, kind), parts.run)


def list_all(app: App[EvaluationVisits], who: Who, chosen: str | None = None, said: str = "") -> list[object]:
    """The runs as they are now: updates of the table, both lists, the name, "really delete", the files that the chosen
    one makes, and what is told."""
    show, hidden = app.show(who), gr.update(visible=False)
    try:
        runs = app.visits.kept.listed(who.visitor)
    except PlaygroundError as error:
        return [draw_alert(show, error), gr.skip(), gr.skip(), gr.skip(), hidden, *[hidden] * len(FILES), said]
    if not runs:
        empty = gr.update(choices=[], value=None)
        return [draw_sentence(show, "empty_runs"), empty, empty, "", hidden, *[hidden] * len(FILES), said]
    known = {run.id: run for run in runs}
    one = known.get(chosen or "") or runs[0]
    choices = [(any_run_line(show, run), run.id) for run in runs]
    alike = [run.id for run in runs if run.id != one.id and run.description.measurement == one.description.measurement]
    others = alike or [run.id for run in runs if run.id != one.id]
    return [
        draw_all_runs(show, runs),
        gr.update(choices=choices, value=one.id),
        gr.update(choices=choices, value=others[0] if others else None),
        one.name,
        hidden,
        *_files(app, one),
        said,
    ]


def _files(app: App[EvaluationVisits], run: StoredRun) -> list[object]:
    """A report is made of any run."""
    made = (*kind_of(app, run).EXPORTS, "report")
    return [gr.update(visible=kind in made) for kind in FILES]


def rename(app: App[EvaluationVisits], who: Who, run: str | None, name: str) -> list[object]:
    """Give a run a name."""
    show = app.show(who)
    try:
        with app.visits.runs(who.visitor) as runs:
            runs.rename(run or "", " ".join(str(name).split()) or str(run))
    except PlaygroundError as error:
        return list_all(app, who, run, draw_alert(show, error))
    return list_all(app, who, run, draw_sentence(show, "renamed"))


def delete(app: App[EvaluationVisits], who: Who, run: str | None) -> list[object]:
    """Delete a run with its answers."""
    show = app.show(who)
    try:
        with app.visits.runs(who.visitor) as runs:
            runs.delete(run or "")
    except PlaygroundError as error:
        return list_all(app, who, run, draw_alert(show, error))
    return list_all(app, who, None, draw_sentence(show, "deleted"))


def compare_two(app: App[EvaluationVisits], who: Who, run: str | None, other: str | None) -> str:
    """Two runs on what they share."""
    show = app.show(who)
    if not run or not other or run == other:
        return f'<div class="notice" role="alert">{say(show, "compare_two")}</div>'
    try:
        with app.visits.runs(who.visitor) as runs:
            one, two = runs.load(run), runs.load(other)
            found = runs.compare(one.id, two.id)
    except PlaygroundError as error:
        return draw_alert(show, error)
    return draw_any_comparison(show, one, two, found) if found else draw_sentence(show, "compared_none")


def reopen(app: App[EvaluationVisits], who: Who, run: str) -> list[object]:
    """What is told, the result and its questions. Takes some tenths of a second."""
    show = app.show(who)
    try:
        stored, outcomes = load_any(app, who, run)
        drawn = kind_of(app, stored).draw(show, stored, outcomes)
    except PlaygroundError as error:
        return [draw_alert(show, error), "", "", *hide_items()]
    return ["", drawn, run, *show_items(show, stored, outcomes)]


async def finish(app: App[EvaluationVisits], who: Who, run: str) -> AsyncGenerator[list[object]]:
    """Do what of a run is not done yet: "finish", "stop", what is told, and in the end the result."""
    show = app.show(who)
    unchanged: list[object] = [gr.skip()] * (2 + len(hide_items()))
    shown, hidden = gr.update(visible=True), gr.update(visible=False)
    try:
        kind = app.kinds.of((await asyncio.to_thread(app.visits.stored, who.visitor, run)).description.measurement)
        if kind is None:
            raise MeasuringError("run")
        yield [hidden, shown, draw_sentence(show, "loading"), *unchanged]
        async with aclosing(paced(kind.resume(who.visitor, run))) as snapshots:
            async for snapshot in snapshots:
                yield [hidden, shown, draw_compared_progress(show, snapshot), *unchanged]
        _, *drawn = await asyncio.to_thread(reopen, app, who, run)
        yield [shown, hidden, draw_compared_progress(show, snapshot), *drawn]
    except PlaygroundError as error:
        yield [shown, hidden, draw_alert(show, error), *unchanged]


def stop(app: App[EvaluationVisits], who: Who, run: str) -> None:
    """End what `finish` began; what is there stays."""
    try:
        stored = app.visits.stored(who.visitor, run)
    except PlaygroundError:  # nothing is chosen: nothing runs
        return
    kind_of(app, stored).stop(who.visitor)
