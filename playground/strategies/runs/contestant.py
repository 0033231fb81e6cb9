"""A strategy on a model as a column of a run: `measuring.run` asks it every item, and counts and times it."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from playground.measuring.extract import extract
from playground.measuring.items import Item, TaskSet
from playground.measuring.metrics import Scoring, scored
from playground.measuring.outcomes import Attempt, Column, Outcome
from playground.measuring.slots import Slot
from playground.strategies.solving.generate import model_generate
from playground.strategies.solving.question import Question, Tools
from playground.strategies.solving.strategy import Strategy
from playground.strategies.solving.trace import Prompt, ReplyPart, Trace
from providers.base import Provider
from providers.types import ModelInfo, Sampling, Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A strategy with its options, on a model with its sampling; a cell's own seed takes the place of `sampling.seed`.

    `owner`: whoever asks, for a fair share of this computer.
    """

    strategy: Strategy
    provider: Provider
    model: ModelInfo
    sampling: Sampling = field(default_factory=Sampling)
    options: Mapping[str, Scalar] = field(default_factory=dict)
    tools: Tools = field(default_factory=Tools)
    owner: str = ""

    @property
    def key(self) -> str:
        """`strategy@provider/model`: a run's name for it, as long as no other options of the same stand beside it."""
        return f"{self.strategy.name}@{self.model.ref}"


def column(contestant: Contestant, tasks: TaskSet, metric: str, scoring: Scoring, label: str = "") -> Column:
    """A column for a run over items of this set. A failed cell has no score; one without an answer has 0.

    `Outcome.trace` is a `Trace` as JSON. `Outcome.seconds` counts while at least one of its calls was under way:
    neither waiting for a place nor a pause is part of it. `Outcome.computing` adds up its calls' parts of this
    computer's time.
    """

    async def run(attempt: Attempt) -> AsyncGenerator[Outcome]:
        question, watch = Question.of(tasks, attempt.item), _Watch(local=contestant.model.local)
        sampling = replace(contestant.sampling, seed=attempt.seed)
        generate = model_generate(contestant.provider, contestant.model, sampling, contestant.owner, question.language)

        async def generate_in_slot(prompt: Prompt) -> AsyncGenerator[ReplyPart]:
            async with attempt.slots.at(contestant.model.provider) as slot, watch, aclosing(generate(prompt)) as pieces:
                watch.slots.append(slot)
                async for piece in pieces:
                    yield piece

        traces = contestant.strategy.solve(question, generate_in_slot, contestant.options, contestant.tools)
        async with aclosing(traces):
            async for trace in traces:
                outcome = _outcome(trace, watch)
                yield await _score_outcome(outcome, question, attempt.item) if trace.done else outcome

    async def _score_outcome(outcome: Outcome, question: Question, item: Item) -> Outcome:
        found = extract(outcome.text, question.sought)
        score = None if outcome.failure else await scored(metric, item, found, scoring)
        return replace(outcome, extraction=found, score=score, done=True)

    return Column(key=contestant.key, label=label or contestant.key, provider=contestant.model.provider, run=run)


def _outcome(trace: Trace, watch: _Watch) -> Outcome:
    """While it goes on, without the trace itself: a page may ask for many of them ten times a second."""
    return Outcome(
        text=trace.answer_text,
        calls=trace.calls,
        usage=trace.usage,
        seconds=watch.seconds,
        computing=watch.computing,
        cost=trace.cost,
        trace=trace.to_json() if trace.done else None,
        failure=trace.failure,
    )


class _Watch:
    """Runs while somebody is inside."""

    def __init__(self, *, local: bool) -> None:
        self.slots: list[Slot] = []
        self._local = local
        self._inside, self._since, self._before = 0, 0.0, 0.0

    async def __aenter__(self) -> None:
        if not self._inside:
            self._since = time.monotonic()
        self._inside += 1

    async def __aexit__(self, *_: object) -> None:
        self._inside -= 1
        if not self._inside:
            self._before += time.monotonic() - self._since

    @property
    def computing(self) -> float | None:
        """This computer's time, of a model that it runs."""
        return sum(slot.seconds for slot in self.slots) if self._local else None

    @property
    def seconds(self) -> float:
        return self._before + (time.monotonic() - self._since if self._inside else 0.0)
