"""Runs: what every tab measured is listed, and one of them opened, named, compared, finished, exported and deleted.

The registry of kinds of measurement is asked what a run is; no tab is known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

import gradio as gr

from playground.measuring.errors import MeasuringError
from playground.page.parts.pace import throttle
from playground.page.parts.redrawn import MARK, is_marked
from playground.page.parts.run_exports import draw_exports, wire_exports
from playground.page.parts.run_list import RunList, load_run
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.under_way import goes_on
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.evaluation.page.drawing.compare import draw_compared_progress
from playground.tabs.evaluation.page.drawing.pieces import NOTICES, draw_alert, draw_sentence
from playground.tabs.evaluation.page.events.exports import export_any, exports_of
from playground.tabs.evaluation.page.events.items import (
    hide_items,
    kind_of,
    show_items,
    show_items_again,
    wire_items,
)
from playground.tabs.evaluation.page.layout.tab import EvaluationLayout
from playground.tabs.evaluation.visit.visits import EvaluationVisits
from providers.errors import PlaygroundError

LIST = RunList(NOTICES)
PART = "evaluation-runs"
"""Where a run is finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRunsScreen(Screen):
    """The list, and the run that is open."""

    listed: object = no_change()
    doing: object = no_change()
    name: object = no_change()
    proceed: object = no_change()
    stop: object = no_change()
    other: object = no_change()
    surely: object = no_change()
    compare: object = no_change()
    told: object = no_change()
    drawn: object = no_change()
    opened: object = no_change()
    row: object = no_change()
    page: object = no_change()
    differ: object = no_change()
    items: object = no_change()
    item: object = no_change()


def wire_runs(page: Page[EvaluationVisits], layout: EvaluationLayout) -> None:
    """Everything of "Runs"."""
    app, parts = page.app, layout.runs

    def on_open(request: gr.Request, run: str) -> list[object]:
        return list_all(app, app.who(request), run).outputs()

    async def on_pick(request: gr.Request, event: gr.EventData) -> list[object]:
        return (await asyncio.to_thread(reopen, app, app.who(request), str(event.run))).outputs()

    def on_rename(request: gr.Request, run: str, name: str) -> list[object]:
        return rename(app, app.who(request), run, name).outputs()

    def on_delete(request: gr.Request, run: str) -> list[object]:
        return delete(app, app.who(request), run).outputs()

    def on_compare(request: gr.Request, run: str, other: str | None) -> list[str]:
        return [LIST.compare(app, app.who(request), run, other) + MARK, other or ""]

    async def on_finish(request: gr.Request, run: str) -> AsyncGenerator[list[object]]:
        async for screen in going.show(app.who(request), lambda who: finish(app, who, run)):
            yield screen.outputs()

    def on_stop(request: gr.Request, run: str) -> None:
        stop(app, app.who(request), run)

    async def on_restored(request: gr.Request, run: str, told: object, other: str, *held: object) -> list[object]:
        """After the page was read again in another language: the list and the open result are drawn in it."""
        if not run or app.going.is_under_way(app.who(request), PART):  # which draws it
            return EvaluationRunsScreen().outputs()
        compared = other if is_marked(told) else ""
        return (await asyncio.to_thread(reopen_as_it_was, app, app.who(request), run, compared, held)).outputs()

    open_now = [parts.opened, parts.told, parts.compared, *parts.items.shown_inputs]
    going = goes_on(page, PART, parts.outputs)
    page.restored.change(on_restored, open_now, parts.outputs, **PRIVATE)
    layout.runs_tab.select(on_open, parts.opened, parts.outputs, **PRIVATE)
    parts.listed.pick(on_pick, None, parts.outputs, **EACH)
    for event in (parts.rename.click, parts.name.submit):
        event(on_rename, [parts.opened, parts.name], parts.outputs, **PRIVATE)
    parts.delete.click(lambda: gr.update(visible=True), None, parts.surely, queue=False, **PRIVATE)
    parts.surely.click(on_delete, parts.opened, parts.outputs, **PRIVATE)
    parts.compare.click(on_compare, [parts.opened, parts.other], [parts.told, parts.compared], **PRIVATE)
    parts.proceed.click(on_finish, parts.opened, parts.outputs, **PRIVATE)
    parts.stop.click(on_stop, parts.opened, None, queue=False, **PRIVATE)
    wire_items(page, parts.items, parts.opened)
    wire_exports(app, parts.drawn, layout.file, lambda who, run, kind: export_any(app, who, run, kind), parts.opened)


def list_all(
    app: App[EvaluationVisits], who: Who, opened: str | None = None, told: str | None = None
) -> EvaluationRunsScreen:
    """The runs as they are now, and what can be done with the one that is open; what is drawn of it stays."""
    found = LIST.list_runs(app, who, opened, first=False)
    screen = EvaluationRunsScreen(
        listed=found.table,
        doing=gr.update(visible=found.chosen is not None),
        surely=gr.update(visible=False),
        **({} if told is None else {"told": told}),
    )
    if found.chosen is None:
        return replace(screen, **_nothing_open())
    others = [choice for choice in found.choices if choice[1] != found.chosen.id]
    return replace(
        screen,
        name=found.chosen.name,
        proceed=gr.update(visible=not found.chosen.whole),
        other=gr.update(choices=others, value=found.other, visible=bool(others)),
        compare=gr.update(visible=bool(others)),
    )


def _nothing_open() -> dict[str, object]:
    return {"drawn": "", "opened": "", "other": gr.update(choices=[], value=None), **hide_items()}


def rename(app: App[EvaluationVisits], who: Who, run: str, name: str) -> EvaluationRunsScreen:
    """Give the open run a name; its title has it too."""
    told = LIST.rename(app, who, run, name)
    return replace(reopen(app, who, run), told=told)


def delete(app: App[EvaluationVisits], who: Who, run: str) -> EvaluationRunsScreen:
    """Delete the open run with its answers."""
    return list_all(app, who, None, LIST.delete(app, who, run))


def reopen(app: App[EvaluationVisits], who: Who, run: str) -> EvaluationRunsScreen:
    """A run's result, its files and its questions. Takes some tenths of a second."""
    show = app.show(who)
    try:
        stored, outcomes = load_run(app, who, run)
        kind = kind_of(app, stored)
        drawn = kind.draw(show, stored, outcomes) + draw_exports(show, exports_of(app, stored))
    except PlaygroundError as error:
        return list_all(app, who, None, draw_alert(show, error))
    items = show_items(show, kind.title_columns(show, stored), outcomes)
    return replace(list_all(app, who, run, ""), drawn=drawn, opened=run, **items)


def reopen_as_it_was(
    app: App[EvaluationVisits], who: Who, run: str, compared: str, held: tuple[object, ...]
) -> EvaluationRunsScreen:
    """A run that was open when the page was read again, with its questions, and the run that it was compared with."""
    screen = reopen(app, who, run)
    if screen.opened != run:
        return screen
    screen = replace(screen, **show_items_again(app, who, run, held))
    if not compared or not isinstance(screen.other, dict):
        return screen
    other = {**screen.other, "value": compared}
    return replace(screen, other=other, told=LIST.compare(app, who, run, compared) + MARK)


async def finish(app: App[EvaluationVisits], who: Who, run: str) -> AsyncGenerator[EvaluationRunsScreen]:
    """Do what of a run is not done yet; in the end the result."""
    show = app.show(who)
    shown, hidden = gr.update(visible=True), gr.update(visible=False)
    try:
        kind = app.kinds.of((await asyncio.to_thread(app.visits.load_run, who.visitor, run)).description.measurement)
        if kind is None:
            raise MeasuringError("run")
        yield EvaluationRunsScreen(proceed=hidden, stop=shown, told=draw_sentence(show, "loading"))
        async with aclosing(throttle(app.going.keep(who, kind.resume(who.visitor, run)))) as snapshots:
            async for snapshot in snapshots:
                yield EvaluationRunsScreen(told=draw_compared_progress(show, snapshot))
        ended = await asyncio.to_thread(reopen, app, who, run)
        yield replace(ended, stop=hidden, told=draw_compared_progress(show, snapshot))
    except PlaygroundError as error:
        yield EvaluationRunsScreen(proceed=shown, stop=hidden, told=draw_alert(show, error))


def stop(app: App[EvaluationVisits], who: Who, run: str) -> None:
    """End what `finish` began; what is there stays."""
    try:
        stored = app.visits.load_run(who.visitor, run)
    except PlaygroundError:  # nothing is open: nothing runs
        return
    kind_of(app, stored).stop(who.visitor)
