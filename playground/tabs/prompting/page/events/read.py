"""A kept run, read: its questions, one of them opened, and a person's own judgement of an answer."""

from __future__ import annotations

from collections.abc import Mapping

from playground.measuring import Outcome
from playground.measuring.outcomes import Cell
from playground.measuring.store import RunDescription
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.prompting.page.drawing.figures import figures
from playground.tabs.prompting.page.drawing.items import items, opened
from playground.tabs.prompting.page.drawing.pieces import alert, noticed
from playground.tabs.prompting.page.drawing.results import Line, lines, steadiness, table
from playground.tabs.prompting.visit.visits import PromptingVisits
from providers.errors import InputError, PlaygroundError


def stored(app: App[PromptingVisits], who: Who, run: str) -> tuple[RunDescription, dict[Cell, Outcome]]:
    """A kept run. Raises `InputError("run")`, `StorageFailed`."""
    with app.visits.runs(who.visitor) as runs:
        return runs.load(run).description, runs.outcomes(run)


def whole_table(
    show: Renderer, description: RunDescription, found: tuple[Line, ...], outcomes: Mapping[Cell, Outcome]
) -> str:
    """The table with comparisons, how steady the answers are, and what to notice."""
    return table(show, found) + steadiness(show, description, outcomes) + noticed(show, "set")


def drawn(app: App[PromptingVisits], who: Who, run: str) -> tuple[object | None, object | None]:
    """The run's figures; `None` where there is nothing to draw."""
    try:
        description, outcomes = stored(app, who, run)
    except PlaygroundError:  # told in the place of the table
        return None, None
    return figures(app.show(who), lines(description, outcomes))


def listed(app: App[PromptingVisits], who: Who, run: str, *, differ: bool) -> str:
    """Every question of the run."""
    show = app.show(who)
    try:
        description, outcomes = stored(app, who, run)
    except PlaygroundError as error:
        return alert(show, error)
    return items(show, description, outcomes, differ=differ)


def open_item(app: App[PromptingVisits], who: Who, run: str, item: object) -> str:
    """One question with all that was answered to it."""
    show = app.show(who)
    try:
        description, outcomes = stored(app, who, run)
    except PlaygroundError as error:
        return alert(show, error)
    return opened(show, description, outcomes, str(item))


def mark(app: App[PromptingVisits], who: Who, run: str, cell: Cell, score: object) -> tuple[str, str]:
    """A person's own judgement: the table and the question, drawn anew."""
    show = app.show(who)
    try:
        if score not in (0, 1):
            raise InputError("number", name="score", low=0, high=1)
        with app.visits.runs(who.visitor) as runs:
            runs.mark(run, cell, 1.0 if score else 0.0)
        description, outcomes = stored(app, who, run)
    except PlaygroundError as error:
        return alert(show, error), alert(show, error)
    shown = whole_table(show, description, lines(description, outcomes), outcomes)
    return shown, opened(show, description, outcomes, cell.item)
