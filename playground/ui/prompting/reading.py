"""A kept run, read: its questions, one of them opened, and a person's own judgement of an answer."""

from __future__ import annotations

from collections.abc import Mapping

from playground.labs.evaluation import Outcome
from playground.labs.evaluation.outcomes import Cell
from playground.labs.evaluation.store import Description
from playground.ui.page import App, Who
from playground.ui.prompting.figures import figures
from playground.ui.prompting.items import items, opened
from playground.ui.prompting.pieces import alert, noticed
from playground.ui.prompting.results import Line, lines, steadiness, table
from playground.ui.render import Renderer
from providers.errors import InputError, PlaygroundError


def stored(app: App, who: Who, run: str) -> tuple[Description, dict[Cell, Outcome]]:
    """A kept run. Raises `InputError("run")`, `StorageFailed`."""
    with app.trials.runs(who.visitor) as runs:
        return runs.load(run).description, runs.outcomes(run)


def whole_table(
    show: Renderer, description: Description, found: tuple[Line, ...], outcomes: Mapping[Cell, Outcome]
) -> str:
    """The table with comparisons, how steady the answers are, and what to notice."""
    return table(show, found) + steadiness(show, description, outcomes) + noticed(show, "set")


def drawn(app: App, who: Who, run: str) -> tuple[object | None, object | None]:
    """The run's figures; `None` where there is nothing to draw."""
    try:
        description, outcomes = stored(app, who, run)
    except PlaygroundError:  # told in the place of the table
        return None, None
    return figures(app.show(who), lines(description, outcomes))


def listed(app: App, who: Who, run: str, *, differ: bool) -> str:
    """Every question of the run."""
    show = app.show(who)
    try:
        description, outcomes = stored(app, who, run)
    except PlaygroundError as error:
        return alert(show, error)
    return items(show, description, outcomes, differ=differ)


def open_item(app: App, who: Who, run: str, item: object) -> str:
    """One question with all that was answered to it."""
    show = app.show(who)
    try:
        description, outcomes = stored(app, who, run)
    except PlaygroundError as error:
        return alert(show, error)
    return opened(show, description, outcomes, str(item))


def mark(app: App, who: Who, run: str, cell: Cell, score: object) -> tuple[str, str]:
    """A person's own judgement: the table and the question, drawn anew."""
    show = app.show(who)
    try:
        if score not in (0, 1):
            raise InputError("number", name="score", low=0, high=1)
        with app.trials.runs(who.visitor) as runs:
            runs.mark(run, cell, 1.0 if score else 0.0)
        description, outcomes = stored(app, who, run)
    except PlaygroundError as error:
        return alert(show, error), alert(show, error)
    shown = whole_table(show, description, lines(description, outcomes), outcomes)
    return shown, opened(show, description, outcomes, cell.item)
