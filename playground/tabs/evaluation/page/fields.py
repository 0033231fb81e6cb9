"""What the fields of "Compare" hold, as they were typed and chosen; and what they mean, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.asking.errors import ArgumentError
from playground.measuring import TaskSet, metrics
from playground.measuring.errors import MeasuringError
from playground.measuring.store import RunDescription
from playground.page.parts.fields import checked_within
from playground.page.parts.task_sets import LARGEST_SEED, MODES, MOST_ITEMS, checked_tasks, task_set_titles
from playground.page.program import App, Who
from playground.strategies.runs.describe import BASELINE, MOST_REPEATS, RunRequest
from playground.tabs.evaluation.visit.visits import EvaluationVisits
from providers.types import Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareFields:
    """The fields, as they were typed. `metric` empty: the set's usual one."""

    tasks: object = "sentiment"
    language: object = "en"
    count: object = 10
    repeats: object = 1
    seed: object = 0
    mode: object = "written"
    metric: object = ""


def checked_comparison(
    app: App[EvaluationVisits], who: Who, fields: CompareFields, models: Sequence[str], sampling: Sampling
) -> RunRequest:
    """What is to be compared. Raises `InputError`s."""
    if fields.mode not in MODES:
        raise ArgumentError("choice", name="measure", choices=", ".join(MODES))
    likelihood = fields.mode == "likelihood"
    return RunRequest(
        tasks=_scored_by(checked_tasks(app, who, fields.tasks, fields.language), fields.metric),
        count=int(checked_within("count", fields.count, 1, MOST_ITEMS, whole=True)),
        models=tuple(models),
        strategies=(BASELINE,),
        titles={BASELINE: who.text("strategy.zero_shot.title")},
        sampling=sampling,
        repeats=int(checked_within("repeats", fields.repeats, 1, MOST_REPEATS, whole=True)),
        seed=int(checked_within("seed", fields.seed, 0, LARGEST_SEED, whole=True)),
        normalise="characters" if likelihood else None,
    )


def metric_choices(who: Who, tasks: TaskSet) -> list[tuple[str, str]]:
    """The metrics that can score a set, its usual one first."""
    usual = [(who.text("evaluation.metric_usual"), "")]
    return usual + [(_metric_title(who, name), name) for name in metrics.for_kind(tasks.kind)]


def comparison_name(who: Who, description: RunDescription) -> str:
    """What a comparison is called until the visitor names it."""
    title = task_set_titles(who).get(description.tasks, description.tasks)
    return who.text("evaluation.new_name", tasks=title, count=len(description.items))


def _scored_by(tasks: TaskSet, metric: object) -> TaskSet:
    name = str(metric or "")
    if not name:
        return tasks
    if name not in metrics.for_kind(tasks.kind):
        raise MeasuringError("metric", name=name[:120])
    return replace(tasks, metrics=(name,))


def _metric_title(who: Who, name: str) -> str:
    return who.text(key) if who.texts.has(key := f"metric.{name}") else name
