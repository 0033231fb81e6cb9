"""What the tab's components hold, as it was typed and chosen; and what it means, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from playground.asking.errors import ArgumentError
from playground.measuring.likelihood import Normalise
from playground.measuring.store import RunDescription
from playground.page.parts.fields import checked_within
from playground.page.parts.task_sets import LARGEST_SEED, MODES, MOST_ITEMS, checked_tasks, task_set_titles
from playground.page.program import App, Who
from playground.strategies.runs.describe import MOST_REPEATS, RunRequest
from playground.strategies.solving.strategy import strategies
from playground.tabs.prompting.visit.cards import Asked
from playground.tabs.prompting.visit.posed import Posed, metric_of, question_of, truth_of
from playground.tabs.prompting.visit.visits import PromptingVisits
from playground.visitors.checks import checked_text
from providers.types import Sampling, Scalar

NORMALISE = ("none", "characters", "tokens", "letters")


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
        tasks=checked_tasks(app, who, fields.tasks, fields.language),
        count=int(checked_within("count", fields.count, 1, MOST_ITEMS, whole=True)),
        models=choice.models,
        strategies=tuple(dict.fromkeys(choice.strategies)),
        options=choice.options,
        titles={one.name: who.text(one.title) for one in strategies()},
        passages=checked_text(choice.passages, app.bounds, empty=True),
        sampling=choice.sampling,
        repeats=int(checked_within("repeats", fields.repeats, 1, MOST_REPEATS, whole=True)),
        seed=int(checked_within("seed", fields.seed, 0, LARGEST_SEED, whole=True)),
        normalise=_normalise(fields.normalise, letters=letters) if fields.mode == "likelihood" else None,
        letters=letters,
    )


def _check_strategies(choice: StrategyChoice) -> None:
    if not choice.strategies:
        raise ArgumentError("choice", name="strategies", choices=", ".join(one.name for one in strategies()))


def _normalise(value: object, *, letters: bool) -> Normalise:
    """Letters are all of one length: there is nothing to divide by."""
    return "characters" if value == "characters" else "tokens" if value == "tokens" and not letters else "none"


def run_name(who: Who, description: RunDescription) -> str:
    """What a run is called until the visitor names it."""
    title = task_set_titles(who).get(description.tasks, description.tasks)
    return who.text("prompting.new_name", tasks=title, count=len(description.items))
