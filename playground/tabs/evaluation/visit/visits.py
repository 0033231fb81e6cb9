"""A visitor's work in the Evaluation tab: models compared on a set, and every run that the visitor keeps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from playground.asking.ask import ask_whole
from playground.asking.opening import Opened
from playground.asking.pump import follow
from playground.asking.threads import run_to_end
from playground.measuring import Snapshot
from playground.measuring.energy import Tracking, tracking
from playground.measuring.errors import MeasuringError, UnusableReferences
from playground.measuring.metrics.judge import Vote, judge
from playground.measuring.perplexity import text_likelihood
from playground.measuring.reference import Likelihoods
from playground.measuring.store import RunDescription
from playground.tabs.evaluation.lab.comparison import ENERGY, PLACES, place_of
from playground.tabs.evaluation.lab.judging import JUDGED, VOTES, JudgedRun, judged_json, judged_run
from playground.visitors.strategy_runs import StrategyRuns
from providers.errors import UnsupportedRequest
from providers.types import Message, Request, Sampling
from providers.whitebox import inside

PLACE, JUDGE = "compare", "judge"
"""Places: at each, one piece of work a visitor."""
_VERDICT = 64
"""Tokens of a verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """Who judges, by what, and how many pairs."""

    judge: str
    rubric: str = ""
    count: int = 5


@dataclass(slots=True)
class EvaluationVisits(StrategyRuns):
    """At each place ("compare", …) one piece of work a visitor: a new one stops the one before."""

    ROOM: ClassVar[str] = "evaluation"
    MEASUREMENT: ClassVar[str] = "comparison"

    async def compare(self, visitor: str, run_id: str, place: str = PLACE) -> AsyncGenerator[Snapshot]:
        """Run what of a kept comparison is not done yet; what this computer took is kept too. Raises as `measure`."""
        stored = await asyncio.to_thread(self.kept.load_run, visitor, run_id)
        here = any(place_of(stored.description, column.model).local for column in stored.description.columns)
        async with AsyncExitStack() as stack:
            followed = Tracking()
            if here and not stored.whole:
                part = await run_to_end(lambda: self._begin_energy(visitor, run_id))
                stack.push_async_callback(self._keep_energy, visitor, run_id, part, followed)
                await stack.enter_async_context(tracking(followed))
            async with aclosing(self.measure(visitor, run_id, place)) as snapshots:
                async for snapshot in snapshots:
                    yield snapshot

    async def similarity(self, candidate: str, references: tuple[str, ...]) -> tuple[NDArray[np.float32], str]:
        """Vectors of a candidate and its references, shape (1 + n, dimensions), by the embedding model on this
        computer, and its name. Raises `WeightsUnavailable` where it cannot be had."""
        return await self.near([candidate, *references]), self.near.ref

    async def likelihoods(self, visitor: str, ref: str, texts: Sequence[str]) -> Likelihoods:
        """How a model of this computer foresees each text. Raises `UnsupportedRequest("likelihood")` for a model that
        cannot be looked into, `InputError("empty")` for a text of fewer than two tokens."""
        if not texts:
            raise UnusableReferences("items")
        async with (
            self.sessions.work.at(visitor, f"{self.ROOM}-texts"),
            self.reach.open(visitor, ref) as (provider, model),
        ):
            async for _ in provider.prepare(model):
                pass
            try:
                box = await inside(provider, model)
            except UnsupportedRequest:
                raise UnsupportedRequest("likelihood", model=model.name) from None
            found = [await text_likelihood(box, model, text) for text in texts]
        return Likelihoods(
            logprobs=tuple(one.logprobs for one in found),
            sizes=tuple(one.bytes for one in found),
            window=found[0].window,
            stride=found[0].stride,
        )

    async def judge(self, visitor: str, run_id: str, asked: Judging) -> AsyncGenerator[JudgedRun]:
        """A model's verdicts on a kept run's pairs, kept as they come. Raises what the model and `judged_run` raise."""
        async with (
            self.sessions.work.at(visitor, f"{self.ROOM}-{JUDGE}") as control,
            self.reach.open(visitor, asked.judge) as (provider, model),
            self.kept.open_beside(visitor) as runs,
        ):
            stored = await asyncio.to_thread(runs.load, run_id)
            outcomes = await asyncio.to_thread(runs.outcomes, run_id)
            begun = replace(judged_run(stored.description, outcomes, asked.count), judge=model.name, judgements={})
            sampling = Sampling(temperature=0, max_tokens=_VERDICT)

            async def ask(messages: tuple[Message, ...]) -> str:
                request = Request(model=model, messages=messages, sampling=sampling, owner=visitor)
                return (await ask_whole(provider, request)).text

            async def judging() -> AsyncGenerator[JudgedRun]:
                state = begun
                for item, pair in begun.pairs.items():
                    verdict = await judge(pair, asked.rubric, stored.description.language or "en", ask)
                    state = replace(state, judgements={**state.judgements, item: verdict})
                    await run_to_end(partial(runs.note, run_id, JUDGED, judged_json(state.judge, state.judgements)))
                    yield state

            async with aclosing(follow(judging(), begun, control.stopping)) as states:
                async for state in states:
                    yield state

    def vote(self, visitor: str, run_id: str, item: str, vote: Vote) -> None:
        """A person's own verdict on a pair. Raises `MeasuringError("run")` for a question that is not there."""
        with self.kept.open(visitor) as runs:
            if item not in {one.id for one in runs.load(run_id).description.items}:
                raise MeasuringError("run")
            runs.revise(run_id, VOTES, lambda before: {**(before if isinstance(before, dict) else {}), item: vote})

    def _complete_description(self, description: RunDescription, opened: Opened) -> RunDescription:
        names = [model.name for _, model in opened.values()]
        alike = len(set(names)) < len(names)  # one model in two precisions is told apart by its whole name
        places: dict[str, JsonValue] = {
            model.ref: {"local": model.local, "provider": model.provider, "id": model.id, "name": model.name}
            for _, model in opened.values()
        }
        labels = {model.ref: model.ref.partition("/")[2] if alike else model.name for _, model in opened.values()}
        columns = tuple(replace(one, label=labels.get(one.model, one.model)) for one in description.columns)
        return replace(description, columns=columns, baseline=columns[0].key, details={PLACES: places})

    def _begin_energy(self, visitor: str, run_id: str) -> int:
        """Keep that a part of the run has begun, without its end: killed, it leaves no more than that. Its place."""
        with self.kept.open(visitor) as runs:
            rows = runs.revise(run_id, ENERGY, lambda before: [*_rows(before), {}])
        return len(_rows(rows)) - 1

    async def _keep_energy(self, visitor: str, run_id: str, part: int, followed: Tracking) -> None:
        if followed.found is None:
            return
        row = followed.found.to_json()

        def write() -> None:
            with self.kept.open(visitor) as runs:
                runs.revise(run_id, ENERGY, lambda before: [*_rows(before)[:part], row, *_rows(before)[part + 1 :]])

        await run_to_end(write)


def _rows(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
