"""A language model that is asked to do a task of understanding, without examples or with some."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from playground.measuring import Control, Plan, TaskSet
from playground.measuring.energy import service_energy
from playground.measuring.entities import entity_words, read_named, write_named
from playground.measuring.metrics import Scoring
from playground.measuring.outcomes import Outcome
from playground.measuring.run import run
from playground.measuring.summary import extracted_answer
from playground.strategies.runs.contestant import Contestant, column
from playground.strategies.runs.describe import PER_COMPUTER, PER_PROVIDER
from playground.strategies.solving.strategy import strategy
from playground.tabs.models.lab.understanding import Approach, Judged, Kind, kind_of
from providers.base import Provider
from providers.errors import Failure
from providers.types import ModelInfo, Sampling

_ANSWER: dict[Kind, int] = {"classes": 12, "passages": 24, "entities": 48}
"""Tokens that it has for an answer."""


async def judge_asked(
    tasks: TaskSet, approach: Approach, provider: Provider, model: ModelInfo, control: Control
) -> AsyncGenerator[Judged | Failure]:
    """A language model, item by item, as it goes on; a failure, last, where an item failed."""
    contestant = Contestant(
        strategy=strategy(approach),
        provider=provider,
        model=model,
        sampling=Sampling(temperature=0, max_tokens=_ANSWER[kind_of(tasks)]),
    )
    asked = column(contestant, tasks, tasks.metrics[0], Scoring(language=tasks.language))
    per = PER_COMPUTER if model.local else PER_PROVIDER
    start, judged, done = time.monotonic(), None, dict[str, Outcome]()
    snapshots = run(Plan(columns=(asked,), items=tasks.items, per_provider=per), control)
    async with aclosing(snapshots):
        async for snapshot in snapshots:
            done = {cell.item: outcome for cell, outcome in snapshot.outcomes.items()}
            if (failed := next((one.failure for one in done.values() if one.failure), None)) is not None:
                yield failed
                return
            said = list[str]()
            for item in tasks.items:
                if item.id not in done:
                    break
                said.append(_read(done[item.id], tasks))
            judged = Judged(
                approach=approach,
                model=model.name,
                said=tuple(said),
                milliseconds=(time.monotonic() - start) / max(1, len(done)) * 1000,
                local=model.local,
            )
            yield judged
    if judged is not None and not model.local:
        used = await asyncio.to_thread(service_energy, model.provider, model.id, list(done.values()))
        yield replace(judged, energy=used)


def _read(outcome: Outcome, tasks: TaskSet) -> str:
    """The answer that was found; of entities, written as the set writes them."""
    said = extracted_answer(outcome)
    if kind_of(tasks) != "entities":
        return said
    found = read_named(said, tasks)
    return "" if found is None else write_named(found, entity_words()[tasks.language].nothing)
