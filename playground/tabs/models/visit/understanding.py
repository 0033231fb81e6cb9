"""A task that a visitor has done in several ways, on the same items; and one text that all of them are given."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field, replace

from playground.measuring import Control, Item
from playground.measuring.energy import TrackedEnergy, Tracking, local_energy, tracking
from playground.tabs.models.lab.asked import judge_asked
from playground.tabs.models.lab.understanding import ASKED, Approach, Judged, OneText
from playground.tabs.models.visit.understanding_ways import Task, Told, judge_at_once, one_at_once
from playground.tabs.models.visit.visits import ModelsVisits, Stopped, unless_stopped
from providers.errors import Failure, PlaygroundError

SECTION = "understanding"
Verdicts = Mapping[Approach, Judged | Failure]
Follow = Callable[[Tracking], AbstractAsyncContextManager[Tracking]]
"""Follows this computer's energy for as long as it is entered."""


@dataclass(frozen=True, slots=True)
class KeptTask:
    """A task with what came of it so far."""

    task: Task
    verdicts: Verdicts = field(default_factory=dict)


async def judge(
    visits: ModelsVisits, visitor: str, task: Task, told: Told, follow: Follow = tracking
) -> AsyncGenerator[KeptTask]:
    """Each way after another, with all that came before; those that write item by item; at last with the energy that
    each took. Raises `LimitExceeded`.

    Ends early where it is stopped. What came of it last is kept.
    """
    verdicts = dict[Approach, Judged | Failure]()
    async with visits.sessions.work.at(visitor, f"models-{SECTION}") as control:
        async with follow(Tracking()) as followed:
            for approach in task.approaches:
                async with aclosing(_judge_task(visits, visitor, task, approach, control, told)) as found:
                    async for one in found:
                        verdicts[approach] = one
                        yield KeptTask(task, dict(verdicts))
                visits.keep(visitor, SECTION, KeptTask(task, dict(verdicts)))
                if control.stopped:
                    break
        if followed.found is None:
            return
        kept = KeptTask(task, with_energy(verdicts, followed.found))
        visits.keep(visitor, SECTION, kept)
        yield kept


def with_energy(verdicts: Verdicts, tracked: TrackedEnergy) -> Verdicts:
    """Of what this computer took, each way's part by its time; loading is nobody's."""
    rows = [tracked.to_json()]
    whole = max(tracked.seconds, 1e-9)
    return {
        approach: replace(found, energy=local_energy(rows, found.seconds / whole))
        if isinstance(found, Judged) and found.local
        else found
        for approach, found in verdicts.items()
    }


async def _judge_task(
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
        one_found = await unless_stopped(control, judge_at_once(visits, visitor, task, approach, told))
        if not isinstance(one_found, Stopped):
            yield one_found
    except PlaygroundError as error:
        yield Failure.of(error)


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
    if approach in ASKED:
        return await _asked_once(visits, visitor, task, approach, text)
    return await one_at_once(visits, visitor, task, approach, text)


async def _asked_once(
    visits: ModelsVisits, visitor: str, task: Task, approach: Approach, text: str
) -> OneText | Failure:
    """The text as the only item of the set, its right answer unknown."""
    if task.writer is None:
        return Failure("unknown_model")
    first = task.tasks.items[0]
    own = Item(id="own", question=text, answer=first.answer, choices=first.choices)
    alone = replace(task.tasks, items=(own,))
    async with visits.reach.open(visitor, task.writer) as (provider, model):
        last = [one async for one in judge_asked(alone, approach, provider, model, Control())][-1]
    if isinstance(last, Failure):
        return last
    return OneText(approach=approach, model=last.model, said=last.said[0] if last.said else "")
