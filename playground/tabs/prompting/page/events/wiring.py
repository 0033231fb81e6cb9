"""The events of "A set" and of "Runs", connected to what they do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import gradio as gr

from playground.measuring.outcomes import Cell
from playground.page.program import DOWNLOAD, PRIVATE, Page, Who
from playground.tabs.prompting.page.drawing.pieces import alert, told
from playground.tabs.prompting.page.events import (
    measure as measuring,
)
from playground.tabs.prompting.page.events import (
    plan as planning,
)
from playground.tabs.prompting.page.events import (
    read as reading,
)
from playground.tabs.prompting.page.events import (
    runs as kept,
)
from playground.tabs.prompting.page.events import (
    uploads,
)
from playground.tabs.prompting.page.events.measure import Screen
from playground.tabs.prompting.page.events.plan import Plan
from playground.tabs.prompting.page.layout.tab import Layout
from playground.tabs.prompting.visit.visits import PromptingVisits
from providers.errors import PlaygroundError

_FIELDS = ("tasks", "count", "repeats", "seed", "mode", "normalise")
"""Of `Plan`, in the order of the components."""
_EXAMPLE: dict[str, object] = {"tasks": "sentiment", "count": 10, "repeats": 1, "mode": "written"}


def wire_set(page: Page[PromptingVisits], layout: Layout) -> None:
    """Everything of "A set"."""
    _wire_plan(page, layout)
    _wire_running(page, layout)
    _wire_results(page, layout)
    _wire_upload(page, layout)


def _wire_plan(page: Page[PromptingVisits], layout: Layout) -> None:
    app, parts = page.app, layout.measuring
    mode = parts.plan[_FIELDS.index("mode")]

    def opened(request: gr.Request) -> list[object]:
        who = app.who(request)
        choices = planning.sets(app, who)
        return [gr.update(choices=choices, value=choices[0][1]), told(app.show(who), "empty_set")]

    page.blocks.load(opened, None, [parts.plan[0], parts.table], **PRIVATE)
    mode.change(  # type: ignore[attr-defined]
        lambda one: gr.update(visible=one == "likelihood"), mode, parts.normalise, queue=False, **PRIVATE
    )


def _wire_running(page: Page[PromptingVisits], layout: Layout) -> None:
    app, parts = page.app, layout.measuring
    inputs = [*parts.plan, *layout.ways(page)]

    async def started(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async with aclosing(_starting(page, layout, app.who(request), values)) as screens:
            async for screen in screens:
                yield screen.outputs()

    async def tried(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        typed = {**dict(zip(_FIELDS, values, strict=False)), **_EXAMPLE}
        chosen = ["zero_shot", "few_shot"]
        rest = values[len(_FIELDS) + 2 :]
        first: list[object] = [*(typed[name] for name in _EXAMPLE), who.language, chosen]
        given = [*(typed[name] for name in _FIELDS), who.language, chosen, *rest]
        async with aclosing(_starting(page, layout, who, given)) as screens:
            async for screen in screens:
                yield [*first, *screen.outputs()]
                first = [gr.skip()] * len(first)

    async def confirmed(request: gr.Request) -> AsyncGenerator[list[object]]:
        async with aclosing(measuring.go(app, app.who(request))) as screens:
            async for screen in screens:
                yield screen.outputs()

    def cancelled() -> list[object]:
        return Screen.showing("run", progress="").outputs()

    def paused(request: gr.Request) -> list[object]:
        app.visits.pause(app.who(request).visitor)
        return [gr.update(visible=False), gr.update(visible=True)]

    def resumed(request: gr.Request) -> list[object]:
        app.visits.resume(app.who(request).visitor)
        return [gr.update(visible=True), gr.update(visible=False)]

    def stopped(request: gr.Request) -> None:
        app.visits.stop(app.who(request).visitor, measuring.PLACE)

    filled = [parts.plan[_FIELDS.index(name)] for name in _EXAMPLE]
    running = [
        parts.run.click(started, inputs, parts.running, **PRIVATE),
        parts.example.click(tried, inputs, [*filled, layout.language, layout.strategies, *parts.running], **PRIVATE),
        parts.confirm.click(confirmed, None, parts.running, **PRIVATE),
    ]
    for event in running:
        _then_results(page, layout, event)
    for button in (parts.run, parts.example):
        button.click(_no_results, None, parts.results.shown, queue=False, **PRIVATE)
    parts.cancel.click(cancelled, None, parts.running, queue=False, **PRIVATE)
    parts.pause.click(paused, None, [parts.pause, parts.proceed], queue=False, **PRIVATE)
    parts.proceed.click(resumed, None, [parts.pause, parts.proceed], queue=False, **PRIVATE)
    parts.stop.click(stopped, None, None, queue=False, **PRIVATE)


async def _starting(
    page: Page[PromptingVisits], layout: Layout, who: Who, values: Sequence[Any]
) -> AsyncGenerator[Screen]:
    count = len(_FIELDS)
    try:
        plan = Plan(**dict(zip(_FIELDS, values[:count], strict=True)), language=values[count])
        ways = layout.chosen(page, values[count + 1 :])
    except PlaygroundError as error:
        yield Screen.showing("run", progress=alert(page.app.show(who), error))
        return
    async with aclosing(measuring.start(page.app, who, plan, ways)) as screens:
        async for screen in screens:
            yield screen


def _no_results() -> list[object]:
    hidden = gr.update(visible=False)
    return [hidden, hidden, gr.update(visible=False, value=False), "", ""]


def _then_results(page: Page[PromptingVisits], layout: Layout, event: gr.events.Dependency) -> None:
    """After a run: figures and questions."""
    app, parts = page.app, layout.measuring

    async def drawn(request: gr.Request, run: str) -> list[object]:
        if not run:
            return _no_results()
        who = app.who(request)
        accuracy, costs = await asyncio.to_thread(reading.drawn, app, who, run)
        listed = await asyncio.to_thread(reading.listed, app, who, run, differ=False)
        return [
            gr.update(value=accuracy, visible=accuracy is not None),
            gr.update(value=costs, visible=costs is not None),
            gr.update(value=False, visible=True),
            listed,
            "",
        ]

    event.then(drawn, parts.open_run, parts.results.shown, **PRIVATE)


def _wire_results(page: Page[PromptingVisits], layout: Layout) -> None:
    app, parts = page.app, layout.measuring
    results = parts.results

    def filtered(request: gr.Request, run: str, differ: bool) -> str:
        return reading.listed(app, app.who(request), run, differ=bool(differ)) if run else ""

    def picked(request: gr.Request, event: gr.EventData, run: str) -> str:
        return reading.open_item(app, app.who(request), run, event.item)

    def marked(request: gr.Request, event: gr.EventData, run: str, differ: bool) -> list[object]:
        who, repeat = app.who(request), event.repeat
        cell = Cell(str(event.column), str(event.item), repeat if isinstance(repeat, int) else -1)
        table, item = reading.mark(app, who, run, cell, event.score)
        return [table, item, reading.listed(app, who, run, differ=bool(differ))]

    results.differ.input(filtered, [parts.open_run, results.differ], results.items, **PRIVATE)
    results.items.pick(picked, parts.open_run, results.item, **PRIVATE)
    results.item.mark(marked, [parts.open_run, results.differ], [parts.table, results.item, results.items], **PRIVATE)


def _wire_upload(page: Page[PromptingVisits], layout: Layout) -> None:
    app, parts = page.app, layout.measuring.upload

    def uploaded(request: gr.Request, file: object) -> list[object]:
        return uploads.shown(app, app.who(request), file)

    def used(request: gr.Request, file: object, language: str, kind: str, *columns: object) -> list[object]:
        return uploads.use(app, app.who(request), file, language, kind, *columns)

    parts.file.change(uploaded, parts.file, [*parts.fields, parts.use, parts.told], **PRIVATE)
    parts.use.click(
        used, [parts.file, layout.language, *parts.fields], [*layout.measuring.plan[:2], parts.told], **PRIVATE
    )


def wire_runs(page: Page[PromptingVisits], layout: Layout) -> None:
    """Everything of "Runs"."""
    app, parts, running = page.app, layout.kept, layout.measuring.running

    def listed(request: gr.Request, run: str | None) -> list[object]:
        return kept.listing(app, app.who(request), run)

    def named(request: gr.Request, run: str | None) -> list[object]:
        shown = kept.listing(app, app.who(request), run)
        return [shown[3], gr.update(visible=False)]

    def renamed(request: gr.Request, run: str | None, name: str) -> list[object]:
        return kept.rename(app, app.who(request), run, name)

    def deleted(request: gr.Request, run: str | None) -> list[object]:
        return kept.delete(app, app.who(request), run)

    def compared(request: gr.Request, run: str | None, other: str | None) -> str:
        return kept.compare(app, app.who(request), run, other)

    async def reopened(request: gr.Request, run: str | None) -> list[object]:
        screen = await asyncio.to_thread(measuring.reopen, app, app.who(request), run or "")
        return [gr.Tabs(selected="set"), *screen.outputs()]

    async def finished(request: gr.Request, run: str | None) -> AsyncGenerator[list[object]]:
        first: object = gr.Tabs(selected="set")
        async with aclosing(measuring.measure(app, app.who(request), run or "")) as screens:
            async for screen in screens:
                yield [first, *screen.outputs()]
                first = gr.skip()

    layout.runs.select(listed, parts.run, parts.shown, **PRIVATE)
    parts.run.input(named, parts.run, [parts.name, parts.surely], **PRIVATE)
    for event in (parts.rename.click, parts.name.submit):
        event(renamed, [parts.run, parts.name], parts.shown, **PRIVATE)
    parts.delete.click(lambda: gr.update(visible=True), None, parts.surely, queue=False, **PRIVATE)
    parts.surely.click(deleted, parts.run, parts.shown, **PRIVATE)
    parts.compare.click(compared, [parts.run, parts.other], parts.told, **PRIVATE)
    _then_results(page, layout, parts.reopen.click(reopened, parts.run, [layout.modes, *running], **PRIVATE))
    _then_results(page, layout, parts.proceed.click(finished, parts.run, [layout.modes, *running], **PRIVATE))
    for kind, button in parts.exports.items():
        button.click(_exporter(page, kind), parts.run, layout.file, **PRIVATE).then(
            None, layout.file, None, js=DOWNLOAD, **PRIVATE
        )


def _exporter(page: Page[PromptingVisits], kind: str) -> Any:
    def exported(request: gr.Request, run: str | None) -> dict[str, str] | None:
        return kept.exported(page.app, page.app.who(request), run, kind)

    return exported
