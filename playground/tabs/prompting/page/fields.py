"""What the tab's components hold, as it was typed and chosen; and what it means, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from playground.asking.errors import ArgumentError
from playground.languages import in_language
from playground.measuring import TaskSet
from playground.measuring.errors import MeasuringError
from playground.measuring.likelihood import Normalise
from playground.measuring.store import RunDescription
from playground.measuring.tasks import load, set_rows
from playground.measuring.tasks import names as set_names
from playground.page.parts.fields import checked_within
from playground.page.program import App, Who
from playground.strategies.runs.describe import MOST_REPEATS, RunRequest
from playground.strategies.solving.strategy import strategies
from playground.tabs.prompting.visit.cards import Asked
from playground.tabs.prompting.visit.posed import Posed, metric_of, question_of, truth_of
from playground.tabs.prompting.visit.visits import PromptingVisits
from playground.visitors.checks import checked_language, checked_text
from providers.types import Sampling, Scalar

OWN = "own"
"""The name of a visitor's own questions among the task sets."""
MOST_ITEMS = 2000
MODES = ("written", "likelihood")
NORMALISE = ("none", "characters", "tokens", "letters")
_SEEDS = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyChoice:
    """How to ask, as chosen: strategies with their options, models, sampling. The last two are checked."""

    strategies: Sequence[str]
    passages: str = ""
    options: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)
    models: tuple[str, ...]
    sampling: Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSetFields:
    """The fields of "A set", as they were typed, and the prompts' language."""

    tasks: object = "sentiment"
    count: object = 10
    repeats: object = 1
    seed: object = 0
    mode: object = "written"
    normalise: object = "characters"
    language: object = "en"


def checked_question(app: App[PromptingVisits], posed: Posed, choice: StrategyChoice) -> Asked:
    """One question, and how it is to be asked. Raises `InputError`s."""
    _check_strategies(choice)
    question = question_of(posed, app.bounds)
    return Asked(
        question=question,
        metric=metric_of(question.kind),
        truth=truth_of(posed, question),
        models=choice.models,
        strategies=tuple(dict.fromkeys(choice.strategies)),
        options=choice.options,
        passages=checked_text(choice.passages, app.bounds, empty=True),
        sampling=choice.sampling,
    )


def checked_run(app: App[PromptingVisits], who: Who, fields: TaskSetFields, choice: StrategyChoice) -> RunRequest:
    """What is to be measured, and how. Raises `InputError`s."""
    _check_strategies(choice)
    if fields.mode not in MODES:
        raise ArgumentError("choice", name="measure", choices=", ".join(MODES))
    if fields.normalise not in NORMALISE:
        raise ArgumentError("choice", name="normalise", choices=", ".join(NORMALISE))
    letters = fields.normalise == "letters"
    return RunRequest(
        tasks=checked_tasks(app, who, fields),
        count=int(checked_within("count", fields.count, 1, MOST_ITEMS, whole=True)),
        models=choice.models,
        strategies=tuple(dict.fromkeys(choice.strategies)),
        options=choice.options,
        titles={one.name: who.text(one.title) for one in strategies()},
        passages=checked_text(choice.passages, app.bounds, empty=True),
        sampling=choice.sampling,
        repeats=int(checked_within("repeats", fields.repeats, 1, MOST_REPEATS, whole=True)),
        seed=int(checked_within("seed", fields.seed, 0, _SEEDS, whole=True)),
        normalise=_normalise(fields.normalise, letters=letters) if fields.mode == "likelihood" else None,
        letters=letters,
    )


def _check_strategies(choice: StrategyChoice) -> None:
    if not choice.strategies:
        raise ArgumentError("choice", name="strategies", choices=", ".join(one.name for one in strategies()))


def _normalise(value: object, *, letters: bool) -> Normalise:
    """Letters are all of one length: there is nothing to divide by."""
    return "characters" if value == "characters" else "tokens" if value == "tokens" and not letters else "none"


def checked_tasks(app: App[PromptingVisits], who: Who, fields: TaskSetFields) -> TaskSet:
    """The chosen set, or the visitor's own questions. Raises `MeasuringError("task_set")`."""
    if fields.tasks == OWN:
        if (own := app.visits.own(who.visitor)) is None:
            raise MeasuringError("task_set", name=OWN)
        return own
    return load(str(fields.tasks or ""), checked_language(fields.language))


def task_set_choices(app: App[PromptingVisits], who: Who) -> list[tuple[str, str]]:
    """Title and name of every task set, a visitor's own last."""
    own = app.visits.own(who.visitor)
    every = [(title, name) for name, title in _titles(who).items()]
    return every + ([(who.text("prompting.tasks_own", name=own.name), OWN)] if own is not None else [])


def run_name(who: Who, description: RunDescription) -> str:
    """What a run is called until the visitor names it."""
    title = _titles(who).get(description.tasks, description.tasks)
    return who.text("prompting.new_name", tasks=title, count=len(description.items))


def _titles(who: Who) -> dict[str, str]:
    """The title of each of our task sets, by its name."""
    rows = zip(set_names(), set_rows(), strict=True)
    return {name: in_language(row.words, who.language).title for name, row in rows}
