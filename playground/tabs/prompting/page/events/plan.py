"""What "A set" is to measure: the fields, checked."""

from __future__ import annotations

from dataclasses import dataclass

from playground.measuring import TaskSet
from playground.measuring.likelihood import Normalise
from playground.measuring.store import RunDescription
from playground.measuring.tasks import load, set_rows
from playground.measuring.tasks import names as set_names
from playground.page.program import App, Who
from playground.strategies.runs.describe import MOST_REPEATS, RunRequest
from playground.strategies.solving.strategy import strategies
from playground.tabs.prompting.page.events.ask import Ways
from playground.tabs.prompting.page.layout.task_set import MODES, NORMALISE
from playground.tabs.prompting.visit.visits import PromptingVisits
from playground.visitors.checks import checked_language, checked_text
from providers.errors import InputError

OWN = "own"
"""The name of a visitor's own questions among the task sets."""
MOST_ITEMS = 2000
_SEEDS = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The fields of "A set", as they were typed, and the prompts' language."""

    tasks: object = "sentiment"
    count: object = 10
    repeats: object = 1
    seed: object = 0
    mode: object = "written"
    normalise: object = "characters"
    language: object = "en"


def wanted_of(app: App[PromptingVisits], who: Who, plan: Plan, ways: Ways) -> RunRequest:
    """Everything checked. Raises `InputError`s."""
    if not ways.strategies:
        raise InputError("choice", name="strategies", choices=", ".join(one.name for one in strategies()))
    if plan.mode not in MODES:
        raise InputError("choice", name="measure", choices=", ".join(MODES))
    if plan.normalise not in NORMALISE:
        raise InputError("choice", name="normalise", choices=", ".join(NORMALISE))
    letters = plan.normalise == "letters"
    return RunRequest(
        tasks=tasks_of(app, who, plan),
        count=whole("count", plan.count, 1, MOST_ITEMS),
        models=ways.models,
        strategies=tuple(dict.fromkeys(ways.strategies)),
        options=ways.options,
        titles={one.name: who.text(one.title) for one in strategies()},
        passages=checked_text(ways.passages, app.bounds, empty=True),
        sampling=ways.sampling,
        repeats=whole("repeats", plan.repeats, 1, MOST_REPEATS),
        seed=whole("seed", plan.seed, 0, _SEEDS),
        normalise=_normalise(plan.normalise, letters=letters) if plan.mode == "likelihood" else None,
        letters=letters,
    )


def _normalise(value: object, *, letters: bool) -> Normalise:
    """Letters are all of one length: there is nothing to divide by."""
    return "characters" if value == "characters" else "tokens" if value == "tokens" and not letters else "none"


def tasks_of(app: App[PromptingVisits], who: Who, plan: Plan) -> TaskSet:
    """The chosen set, or the visitor's own questions. Raises `InputError("task_set")`."""
    if plan.tasks == OWN:
        if (own := app.visits.own(who.visitor)) is None:
            raise InputError("task_set", name=OWN)
        return own
    return load(str(plan.tasks or ""), checked_language(plan.language))


def whole(name: str, value: object, low: int, high: int) -> int:
    """Raises `InputError("number")`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high or value != int(value):
        raise InputError("number", name=name, low=low, high=high)
    return int(value)


def sets(app: App[PromptingVisits], who: Who) -> list[tuple[str, str]]:
    """Title and name of every task set, a visitor's own last."""
    own = app.visits.own(who.visitor)
    return _titles(who) + ([(who.text("prompting.tasks_own", name=own.name), OWN)] if own is not None else [])


def _titles(who: Who) -> list[tuple[str, str]]:
    rows = zip(set_names(), set_rows(), strict=True)
    return [((row.es if who.language == "es" else row.en).title, name) for name, row in rows]


def name_of(who: Who, description: RunDescription) -> str:
    """What a run is called until the visitor names it."""
    titles = {
        name: (row.es if who.language == "es" else row.en).title
        for name, row in zip(set_names(), set_rows(), strict=True)
    }
    title = titles.get(description.tasks, description.tasks)
    return who.text("prompting.new_name", tasks=title, count=len(description.items))
