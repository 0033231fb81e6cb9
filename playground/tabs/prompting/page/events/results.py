"""The results of a run: its figures, its questions, one of them opened, and a person's own judgement of an answer."""

from __future__ import annotations

from collections.abc import Mapping

import gradio as gr

from playground.asking.errors import ArgumentError
from playground.measuring import Outcome
from playground.measuring.outcomes import Cell
from playground.measuring.store import RunDescription, StoredRun
from playground.page.parts.held import held_values, hold_values
from playground.page.parts.render import Renderer
from playground.page.parts.run_items import draw_run_items
from playground.page.parts.setup_line import fold_into_line, setup_of
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.prompting.page.drawing.figures import plot_results
from playground.tabs.prompting.page.drawing.items import draw_item
from playground.tabs.prompting.page.drawing.lines import result_lines
from playground.tabs.prompting.page.drawing.pieces import draw_alert
from playground.tabs.prompting.page.drawing.results import draw_whole_results
from playground.tabs.prompting.page.drawing.title import draw_title, strategy_names
from playground.tabs.prompting.page.events.strategies import fold_ways
from playground.tabs.prompting.page.layout.tab import PromptingLayout
from playground.tabs.prompting.visit.visits import PromptingVisits
from providers.errors import PlaygroundError


def wire_results(page: Page[PromptingVisits], layout: PromptingLayout) -> None:
    """The questions of the run that is open."""
    app, parts = page.app, layout.measuring
    results = parts.results

    def on_differ(request: gr.Request, run: str, differ: bool) -> str:
        return list_items(app, app.who(request), run, differ=bool(differ)) if run else ""

    def on_pick(request: gr.Request, event: gr.EventData, run: str) -> list[str]:
        return [open_item(app, app.who(request), run, event.item), hold_values(run, event.item)]

    def on_mark(request: gr.Request, event: gr.EventData, run: str, differ: bool) -> list[object]:
        who, repeat = app.who(request), event.repeat
        cell = Cell(str(event.column), str(event.item), repeat if isinstance(repeat, int) else -1)
        table, item = mark_item(app, who, run, cell, event.score)
        return [table, item, list_items(app, who, run, differ=bool(differ))]

    results.differ.input(on_differ, [parts.open_run, results.differ], results.items, **PRIVATE)
    results.items.pick(on_pick, parts.open_run, [results.item, results.picked], **EACH)
    marked = [parts.table, results.item, results.items]
    results.item.mark(on_mark, [parts.open_run, results.differ], marked, **EACH)


def hide_results() -> dict[str, object]:
    """Places of a screen: nothing of an earlier run stays under a new one."""
    hidden = gr.update(visible=False)
    differ = gr.update(visible=False, value=False)
    return {"accuracy": hidden, "costs": hidden, "differ": differ, "items": "", "item": ""}


def fold_setup(show: Renderer, it: RunDescription) -> dict[str, object]:
    """Places of a screen: above a run, one line says with which strategies, and one what they are measured on."""
    return {"ways": fold_ways(show, strategy_names(show, it), it.language), "setup": fold_into_line(setup_of(show, it))}


def show_results(app: App[PromptingVisits], who: Who, run: str) -> dict[str, object]:
    """Places of a screen: the figures and the questions of a kept run. Takes some tenths of a second."""
    show = app.show(who)
    try:
        description, outcomes = load_run(app, who, run)
    except PlaygroundError:  # told in the place of the progress
        return hide_results()
    accuracy, costs = plot_results(show, result_lines(description, outcomes))
    return {
        "accuracy": gr.update(value=accuracy, visible=accuracy is not None),
        "costs": gr.update(value=costs, visible=costs is not None),
        "differ": gr.update(value=False, visible=True),
        "items": draw_run_items(show, description, outcomes, None, differ=False),
        "item": "",
    }


def show_questions_again(
    app: App[PromptingVisits], who: Who, run: str, *, differ: bool, picked: object
) -> dict[str, object]:
    """Places of a screen: the questions of the run that is open, as they were before the page was read again."""
    of, item = held_values(picked, 2)
    return {
        "differ": gr.update(value=differ, visible=True),
        "items": list_items(app, who, run, differ=differ),
        "item": open_item(app, who, run, item) if of == run else "",
    }


def load_run(app: App[PromptingVisits], who: Who, run: str) -> tuple[RunDescription, dict[Cell, Outcome]]:
    """A kept run. Raises `MeasuringError("run")`, `StorageFailed`."""
    with app.visits.runs(who.visitor) as runs:
        return runs.load(run).description, runs.outcomes(run)


def draw_run(show: Renderer, run: StoredRun, outcomes: Mapping[Cell, Outcome]) -> str:
    """Title, table and findings of a run. Takes a tenth of a second a column: resampling."""
    found = result_lines(run.description, outcomes)
    return draw_title(show, run) + draw_whole_results(show, run.description, found, outcomes)


def list_items(app: App[PromptingVisits], who: Who, run: str, *, differ: bool) -> str:
    """Every question of the run; with `differ`, only those on which the columns disagree."""
    show = app.show(who)
    try:
        description, outcomes = load_run(app, who, run)
    except PlaygroundError as error:
        return draw_alert(show, error)
    return draw_run_items(show, description, outcomes, None, differ=differ)


def open_item(app: App[PromptingVisits], who: Who, run: str, item: object) -> str:
    """One question with all that was answered to it."""
    show = app.show(who)
    try:
        description, outcomes = load_run(app, who, run)
    except PlaygroundError as error:
        return draw_alert(show, error)
    return draw_item(show, description, outcomes, str(item))


def mark_item(app: App[PromptingVisits], who: Who, run: str, cell: Cell, score: object) -> tuple[str, str]:
    """A person's own judgement: the table and the question, drawn anew."""
    show = app.show(who)
    try:
        if score not in (0, 1):
            raise ArgumentError("number", name="score", low=0, high=1)
        with app.visits.runs(who.visitor) as runs:
            runs.mark(run, cell, 1.0 if score else 0.0)
        description, outcomes = load_run(app, who, run)
        stored = app.visits.load_run(who.visitor, run)
    except PlaygroundError as error:
        return draw_alert(show, error), draw_alert(show, error)
    return draw_run(show, stored, outcomes), draw_item(show, description, outcomes, cell.item)
