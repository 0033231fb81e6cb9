"""A task that a visitor has done in several ways, on the same items; and one text that all of them classify."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace

from playground.measuring import Control, Item, TaskSet
from playground.tabs.models.lab.understanding import (
    ASKED,
    Approach,
    Judged,
    OneText,
    classify_by_head,
    classify_by_labels,
    classify_by_vectors,
    classify_by_words,
    judge_asked,
    judge_head,
    judge_labels,
    judge_vectors,
    judge_words,
)
from playground.tabs.models.visit.visits import ModelsVisits, Stopped, unless_stopped
from providers.errors import Failure, PlaygroundError
from providers.heads import Classify
from providers.types import Progress

SECTION = "understanding"
Told = Callable[[Progress], None]
Verdicts = Mapping[Approach, Judged | Failure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be classified, how, and by which models. `sentences`: what each class is called as a sentence."""

    tasks: TaskSet
    sentences: Mapping[str, str]
    approaches: Sequence[Approach]
    encoder: str
    """Of the models that make vectors."""
    writer: str | None
    """The language model that is asked; `None`: nobody is."""
    head: str = ""
    """A model that was trained to sort such texts, for the approach of that name."""


@dataclass(frozen=True, slots=True)
class KeptTask:
    """A task with what came of it so far."""

    task: Task
    verdicts: Verdicts = field(default_factory=dict)


async def judge(visits: ModelsVisits, visitor: str, task: Task, told: Told) -> AsyncGenerator[KeptTask]:
    """Each way after another, with all that came before; those that write item by item. Raises `LimitExceeded`.

    Ends early where it is stopped. What came of it last is kept.
    """
    verdicts = dict[Approach, Judged | Failure]()
    async with visits.sessions.work.at(visitor, f"models-{SECTION}") as control:
        for approach in task.approaches:
            async with aclosing(_judged(visits, visitor, task, approach, control, told)) as found:
                async for one in found:
                    verdicts[approach] = one
                    yield KeptTask(task, dict(verdicts))
            visits.keep(visitor, SECTION, KeptTask(task, dict(verdicts)))
            if control.stopped:
                return


async def _judged(
    visits: ModelsVisits, visitor: str, task: Task, approach: Approach, control: Control, told: Told
) -> AsyncGenerator[Judged | Failure]:
    try:
        if approach in ASKED:
            if task.writer is None:
                return
            async with visits.reach.open(visitor, task.writer) as (provider, model):
                async for progress in provider.prepare(model):
                    told(progress)
                async with aclosing(judge_asked(task.tasks, approach, provider, model, control)) as found:
                    async for one in found:
                        yield one
            return
        one_found = await unless_stopped(control, _at_once(visits, visitor, task, approach, told))
        if not isinstance(one_found, Stopped):
            yield one_found
    except PlaygroundError as error:
        yield Failure.of(error)


async def _at_once(visits: ModelsVisits, visitor: str, task: Task, approach: Approach, told: Told) -> Judged:
    if approach == "words":
        return await asyncio.to_thread(judge_words, task.tasks)
    if approach == "head":
        async with _sorter(visits, visitor, task) as sorter:
            async for progress in sorter.prepare():
                told(progress)
            return await judge_head(task.tasks, sorter)
    async with visits.reach.embedder(visitor, task.encoder) as embedder:
        async for progress in embedder.prepare():
            told(progress)
        if approach == "vectors":
            return await judge_vectors(task.tasks, embedder)
        return await judge_labels(task.tasks, embedder, task.sentences)


async def classify(visits: ModelsVisits, visitor: str, task: Task, text: str) -> dict[Approach, OneText | Failure]:
    """What each way says of one text, those that learn from all of the task's items. Raises `LimitExceeded`."""
    found = dict[Approach, OneText | Failure]()
    async with visits.sessions.work.at(visitor, f"models-{SECTION}") as control:
        for approach in task.approaches:
            try:
                one = await unless_stopped(control, _one_text(visits, visitor, task, approach, text))
            except PlaygroundError as error:
                found[approach] = Failure.of(error)
                continue
            if isinstance(one, Stopped):
                break
            found[approach] = one
    return found


async def _one_text(visits: ModelsVisits, visitor: str, task: Task, approach: Approach, text: str) -> OneText | Failure:
    if approach == "words":
        return await asyncio.to_thread(classify_by_words, task.tasks, text)
    if approach in ASKED:
        return await _asked_once(visits, visitor, task, approach, text)
    if approach == "head":
        async with _sorter(visits, visitor, task) as sorter:
            return await classify_by_head(task.tasks, sorter, text)
    async with visits.reach.embedder(visitor, task.encoder) as embedder:
        if approach == "vectors":
            return await classify_by_vectors(task.tasks, embedder, text)
        return await classify_by_labels(embedder, task.sentences, text)


async def _asked_once(
    visits: ModelsVisits, visitor: str, task: Task, approach: Approach, text: str
) -> OneText | Failure:
    """The text as the only item of the set, its right answer unknown."""
    if task.writer is None:
        return Failure("unknown_model")
    first = task.tasks.items[0]
    alone = replace(task.tasks, items=(Item(id="own", question=text, answer=first.choices[0], choices=first.choices),))
    async with visits.reach.open(visitor, task.writer) as (provider, model):
        last = [one async for one in judge_asked(alone, approach, provider, model, Control())][-1]
    if isinstance(last, Failure):
        return last
    return OneText(approach=approach, model=last.model, said=last.said[0] if last.said else "")


@asynccontextmanager
async def _sorter(visits: ModelsVisits, visitor: str, task: Task) -> AsyncGenerator[Classify]:
    async with visits.reach.headed(visitor, task.head, "classify") as (provider, info):
        yield provider.classify(info)
