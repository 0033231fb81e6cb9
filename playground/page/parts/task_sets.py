"""Which set of questions is measured: one of ours, or the visitor's own."""

from __future__ import annotations

from playground.languages import in_language
from playground.measuring import TaskSet
from playground.measuring.errors import MeasuringError
from playground.measuring.tasks import load, names, set_rows
from playground.page.program import App, Who
from playground.visitors.checks import checked_language
from playground.visitors.strategy_runs import StrategyRuns

OWN = "own"
"""The name of a visitor's own questions among the task sets."""
MOST_ITEMS = 2000
MODES = ("written", "likelihood")
"""How models answer: they write, or their options are compared by likelihood."""
LARGEST_SEED = 2**31 - 1


def checked_tasks(app: App[StrategyRuns], who: Who, name: object, language: object) -> TaskSet:
    """The chosen set, or the visitor's own questions. Raises `MeasuringError("task_set")`."""
    if name == OWN:
        if (own := app.visits.own_tasks(who.visitor)) is None:
            raise MeasuringError("task_set", name=OWN)
        return own
    return load(str(name or ""), checked_language(language))


def task_set_choices(app: App[StrategyRuns], who: Who) -> list[tuple[str, str]]:
    """Title and name of every task set, a visitor's own last."""
    own = app.visits.own_tasks(who.visitor)
    every = [(title, name) for name, title in task_set_titles(who).items()]
    return every + ([(who.text("prompting.tasks_own", name=own.name), OWN)] if own is not None else [])


def task_set_titles(who: Who) -> dict[str, str]:
    """The title of each of our task sets, by its name."""
    rows = zip(names(), set_rows(), strict=True)
    return {name: in_language(row.words, who.language).title for name, row in rows}
