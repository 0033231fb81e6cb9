"""A set: a run is proposed, asked about before it costs anything, run, paused, and drawn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.languages import closest
from playground.measuring import Snapshot
from playground.measuring.tasks import languages
from playground.page.parts.examples import example_values
from playground.page.parts.measuring import Measures, MeasureScreen, wire_measure_buttons
from playground.page.parts.own_questions import wire_own_questions
from playground.page.parts.pace import throttle
from playground.page.parts.screen import no_change
from playground.page.parts.task_sets import task_set_choices
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.prompting.page.drawing.lines import partial_lines
from playground.tabs.prompting.page.drawing.pieces import NOTICES, draw_alert, draw_sentence
from playground.tabs.prompting.page.drawing.results import draw_results, draw_run_progress
from playground.tabs.prompting.page.drawing.title import draw_title
from playground.tabs.prompting.page.events.results import (
    draw_run,
    fold_setup,
    hide_results,
    load_run,
    show_questions_again,
    show_results,
)
from playground.tabs.prompting.page.fields import (
    StrategyChoice,
    TaskSetFields,
    checked_run,
    run_name,
)
from playground.tabs.prompting.page.layout.measure import LONGEST
from playground.tabs.prompting.page.layout.tab import PromptingLayout
from playground.tabs.prompting.visit.visits import PromptingVisits
from providers.errors import PlaygroundError

PLACE = "set"
_FIELDS = ("tasks", "count", "repeats", "seed", "mode", "normalise")
"""Of `TaskSetFields`, in the order of the components."""
_EXAMPLE: dict[str, object] = {"tasks": "sentiment", "count": 10, "repeats": 1, "mode": "written"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptingMeasureScreen(MeasureScreen):
    """What a run redraws while it goes on, and which run is open."""

    open_run: object = no_change()
    accuracy: object = no_change()
    costs: object = no_change()
    differ: object = no_change()
    items: object = no_change()
    item: object = no_change()
    ways: object = no_change()
    setup: object = no_change()


def wire_measure(page: Page[PromptingVisits], layout: PromptingLayout) -> None:
    """Everything of "A set" but its results."""
    app, parts = page.app, layout.measuring
    mode = parts.fields[_FIELDS.index("mode")]

    def on_load(request: gr.Request) -> list[object]:
        who = app.who(request)
        choices, own = task_set_choices(app, who), app.visits.own_tasks(who.visitor)
        most = max(len(own.items) if own is not None else 0, LONGEST)
        sets = gr.update(choices=choices, value=choices[0][1])
        return [sets, gr.update(maximum=most), draw_sentence(app.show(who), "empty_set")]

    def on_mode(name: str) -> object:
        return gr.update(visible=name == "likelihood")

    page.on_open(on_load, [], [*parts.fields[:2], parts.table])
    mode.change(on_mode, mode, parts.normalise, queue=False, **PRIVATE)  # type: ignore[attr-defined]
    wire_own_questions(
        app,
        parts.upload,
        layout.language,
        parts.fields[:2],
        lambda count: gr.update(maximum=max(count, LONGEST), value=count),
    )
    wire_measure_buttons(app, parts.buttons, MEASURES, parts.outputs, PLACE)
    _wire_run(page, layout)
    _wire_restored(page, layout)


def _wire_restored(page: Page[PromptingVisits], layout: PromptingLayout) -> None:
    """After the page was read again in another language: the open run is drawn in it, one under way goes on."""
    app, parts = page.app, layout.measuring

    def on_restored(request: gr.Request, opened: str, differ: object, picked: object) -> list[object]:
        if not opened:
            return PromptingMeasureScreen().outputs()
        return reopen_as_it_was(app, app.who(request), opened, differ=bool(differ), picked=picked).outputs()

    held = [parts.open_run, parts.results.differ, parts.results.picked]
    goes_on(page, MEASURES.part, parts.outputs)
    page.restored.change(on_restored, held, parts.outputs, **PRIVATE)


def _wire_run(page: Page[PromptingVisits], layout: PromptingLayout) -> None:
    app, parts = page.app, layout.measuring
    inputs = [*parts.fields, *layout.choice(page)]

    async def on_run(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async with aclosing(_start(page, layout, app.who(request), values)) as screens:
            async for screen in screens:
                yield screen.outputs()

    async def on_example(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        typed = {**dict(zip(_FIELDS, values, strict=False)), **_EXAMPLE}
        chosen = ["zero_shot", "few_shot"]
        asked, _ = await example_values(page, who, values)  # each column names its model
        rest = asked[len(_FIELDS) + 2 :]
        first: list[object] = [*(typed[name] for name in _EXAMPLE), closest(who.language, languages()), chosen]
        given = [*(typed[name] for name in _FIELDS), closest(who.language, languages()), chosen, *rest]
        async with aclosing(_start(page, layout, who, given)) as screens:
            async for screen in screens:
                yield [*first, *screen.outputs()]
                first = [gr.skip()] * len(first)

    filled = [parts.fields[_FIELDS.index(name)] for name in _EXAMPLE]
    parts.buttons.run.click(on_run, inputs, parts.outputs, **PRIVATE)
    changed = [*filled, layout.language, layout.strategies, *parts.outputs]
    parts.buttons.example.click(on_example, inputs, changed, **PRIVATE)


async def _start(
    page: Page[PromptingVisits], layout: PromptingLayout, who: Who, values: Sequence[Any]
) -> AsyncGenerator[PromptingMeasureScreen]:
    count = len(_FIELDS)
    try:
        fields = TaskSetFields(**dict(zip(_FIELDS, values[:count], strict=True)), language=values[count])
        choice = layout.checked_choice(page, values[count + 1 :])
    except PlaygroundError as error:
        yield MEASURES.draw_refusal(page.app, who, error)
        return
    async with aclosing(start(page.app, who, fields, choice)) as screens:
        async for screen in screens:
            yield screen


async def start(
    app: App[PromptingVisits], who: Who, fields: TaskSetFields, choice: StrategyChoice
) -> AsyncGenerator[PromptingMeasureScreen]:
    """Run what costs nothing; ask first about what may cost something."""
    try:
        wanted = checked_run(app, who, fields, choice)
    except PlaygroundError as error:
        yield MEASURES.draw_refusal(app, who, error)
        return
    async with aclosing(MEASURES.start(app, who, wanted)) as screens:
        async for screen in screens:
            yield screen


async def measure(app: App[PromptingVisits], who: Who, run: str) -> AsyncGenerator[PromptingMeasureScreen]:
    """A kept run from where it is to its end, the table five times a second."""
    show = app.show(who)
    try:
        stored = await asyncio.to_thread(app.visits.load_run, who.visitor, run)
        description, title = stored.description, draw_title(show, stored)
        first, begun, state = True, 0, ""
        async with aclosing(throttle(app.going.keep(who, app.visits.measure(who.visitor, run, PLACE)))) as snapshots:
            async for snapshot in snapshots:
                begun = len(snapshot.outcomes) if first else begun
                drawn = {
                    "progress": draw_run_progress(show, snapshot, begun),
                    "table": title + draw_results(show, partial_lines(description, snapshot.outcomes), description),
                    **(hide_results() if first else {}),
                }
                if snapshot.state in ("stopped", "done"):
                    continue  # the work itself is yet to end: whoever leaves now would break it off
                changed = first or state != snapshot.state
                buttons = ("proceed" if snapshot.state == "paused" else "pause", "stop")
                if changed:
                    yield PromptingMeasureScreen.showing(
                        *buttons, **drawn, open_run="", **(fold_setup(show, description) if first else {})
                    )
                else:
                    yield PromptingMeasureScreen(**drawn)
                first, state = False, snapshot.state
        table = await asyncio.to_thread(draw_run, show, stored, snapshot.outcomes)
        progress = draw_run_progress(show, snapshot, begun)
        results = {**await asyncio.to_thread(show_results, app, who, run), **fold_setup(show, description)}
        yield PromptingMeasureScreen.showing("run", progress=progress, table=table, open_run=run, **results)
    except PlaygroundError as error:
        results = await asyncio.to_thread(show_results, app, who, run)
        yield PromptingMeasureScreen.showing("run", progress=draw_alert(show, error), open_run=run, **results)


MEASURES = Measures(
    part="prompting-set",
    screen=PromptingMeasureScreen,
    notices=NOTICES,
    loading="state_of_loading",
    cleared=lambda: {"open_run": "", **hide_results()},
    name=lambda _, who, description: run_name(who, description),
    measure=measure,
)
run_proposed = MEASURES.run_proposed


def reopen(app: App[PromptingVisits], who: Who, run: str) -> PromptingMeasureScreen:
    """A kept run as it ended. Takes some tenths of a second."""
    show = app.show(who)
    try:
        stored, (description, outcomes) = app.visits.load_run(who.visitor, run), load_run(app, who, run)
    except PlaygroundError as error:
        alert = draw_alert(show, error)
        return PromptingMeasureScreen.showing("run", progress=alert, table="", open_run="", **hide_results())
    ended = Snapshot(
        state="done" if len(outcomes) >= description.total else "stopped", total=description.total, outcomes=outcomes
    )
    drawn = {"progress": draw_run_progress(show, ended, 0), "table": draw_run(show, stored, outcomes)}
    places = {**show_results(app, who, run), **fold_setup(show, description)}
    return PromptingMeasureScreen.showing("run", **drawn, open_run=run, **places)


def reopen_as_it_was(
    app: App[PromptingVisits], who: Who, run: str, *, differ: bool, picked: object
) -> PromptingMeasureScreen:
    """A kept run with the filter and the question that were open when the page was read again."""
    screen = reopen(app, who, run)
    if screen.open_run != run:
        return screen
    return replace(screen, **show_questions_again(app, who, run, differ=differ, picked=picked))
