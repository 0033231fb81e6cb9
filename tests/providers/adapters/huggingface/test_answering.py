"""A reply that one engine begins and another goes on with, where the first is slower than expected, or others come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from providers.adapters.huggingface.answering import LocalAnswers
from providers.adapters.huggingface.engines.base import GenerationStep, Job, Loaded
from providers.adapters.huggingface.tokens import EncodedPrompt
from providers.base import Completion, Deadlines, fold
from providers.types import Message, ModelInfo, Progress, Request, Sampling
from providers.whitebox import VariantSpeed
from tests import virtual_time

MODEL = ModelInfo(id="m", provider="huggingface", name="M")
PROMPT = [100, 101, 102]
SPEEDS = {
    "crowd": VariantSpeed(one=60, eight=400, prompt=1000),
    "alone": VariantSpeed(one=100, eight=100, prompt=400),
}
ASKED = Request(model=MODEL, messages=(Message.of("user", "Count"),), sampling=Sampling(temperature=1.0, max_tokens=40))


@dataclass
class Counting:
    """Says one number after the other, each `pace` seconds after the last: it knows from its prompt where it is."""

    name: str
    pace: float
    for_one: object = None
    accepts = frozenset({"temperature", "max_tokens", "seed", "stop"})
    alternatives = False
    reproducible = False
    jobs: list[Job] = field(default_factory=list)

    async def submit(self, job: Job) -> AsyncGenerator[GenerationStep]:
        self.jobs.append(job)
        said = len(job.prompt) - len(PROMPT)
        for number in range(said, said + job.max_tokens):
            await asyncio.sleep(self.pace)
            last = number == said + job.max_tokens - 1
            yield GenerationStep(number, f"{number} ", -1.0, finish="length" if last else None)


class FakeLoader:
    """Both engines are in memory."""

    def __init__(self, *engines: Counting) -> None:
        self.engines = engines
        encode = lambda messages: EncodedPrompt("Count", list(PROMPT))  # noqa: E731
        self.read = SimpleNamespace(chat=False, encode_messages=encode, encode_plainly=encode, ends=frozenset())

    async def fetch(self, model: ModelInfo) -> AsyncGenerator[Progress]:
        for nothing in ():
            yield nothing

    async def load(self, model: ModelInfo, variant: object) -> AsyncGenerator[Progress]:
        for nothing in ():
            yield nothing

    async def variants(self, model: ModelInfo) -> tuple[Counting, ...]:
        return self.engines

    async def speeds(self, model: ModelInfo) -> Mapping[str, VariantSpeed]:
        return SPEEDS

    def holds(self, model: ModelInfo, variant: object) -> bool:
        return True

    def codec(self, model: ModelInfo) -> Any:
        return self.read

    @contextmanager
    def use(self, model: ModelInfo, variant: Counting) -> Iterator[Loaded]:
        yield Loaded(
            engine=variant,  # type: ignore[arg-type]
            codec=self.read,
            context=1000,
            defaults=Sampling(),
            memory=0,
            name=variant.name,
        )


@pytest.fixture
def crowd() -> Counting:
    return Counting("crowd", 1 / 60)


@pytest.fixture
def alone() -> Counting:
    return Counting("alone", 1 / 100, for_one="itself")


def answers(*engines: Counting) -> LocalAnswers:
    return LocalAnswers(FakeLoader(*engines), Deadlines())  # type: ignore[arg-type]


async def answer(local: LocalAnswers, asked: Request = ASKED) -> Completion:
    found = await fold(local.stream(asked))
    assert found is not None
    return found


def counted(completion: Completion) -> bool:
    return (
        completion.text == "".join(f"{number} " for number in range(40)) and completion.done.usage.output_tokens == 40
    )


def test_one_alone_is_answered_by_the_quicker_one(crowd: Counting, alone: Counting) -> None:
    found = virtual_time.run(answer(answers(crowd, alone)))
    assert counted(found) and found.done.engine == "alone" and not crowd.jobs


def test_two_at_once_are_both_answered_by_the_one_for_company(crowd: Counting, alone: Counting) -> None:
    """The first was alone when it began: it is gone on with, token by token where it was."""

    async def two() -> tuple[Completion, Completion]:
        local = answers(crowd, alone)
        first = asyncio.ensure_future(answer(local))
        await asyncio.sleep(0.105)
        return (await answer(local), await first)

    second, first = virtual_time.run(two())
    assert counted(first) and counted(second)
    assert (first.done.engine, second.done.engine) == ("alone + crowd", "crowd")
    assert [job.max_tokens for job in (*alone.jobs, *crowd.jobs)] == [40, 40, 29]
    assert crowd.jobs[1].prompt == [*PROMPT, *range(11)]


@pytest.mark.parametrize(("pace", "engine"), [(0.2, "alone + crowd"), (10.0, "crowd")])
def test_one_that_is_slower_than_measured_is_left_and_not_taken_again_soon(
    crowd: Counting, alone: Counting, pace: float, engine: str
) -> None:
    """Something else computes on this computer; before its first token nothing of it is told."""
    alone.pace = pace

    async def thrice() -> list[Completion]:
        local = answers(crowd, alone)
        found = [await answer(local), await answer(local)]
        await asyncio.sleep(61)
        alone.pace = 1 / 100
        return [*found, await answer(local)]

    found = virtual_time.run(thrice())
    assert all(counted(one) for one in found)
    assert [one.done.engine for one in found] == [engine, "crowd", "alone"]


@pytest.mark.parametrize("given", [{"stop": ("x",)}, {"seed": 1}, {"temperature": 0.0}])
def test_what_cannot_be_moved_is_begun_where_it_ends(crowd: Counting, alone: Counting, given: dict[str, Any]) -> None:
    asked = replace(ASKED, sampling=replace(ASKED.sampling, **given))
    found = virtual_time.run(answer(answers(crowd, alone), asked))
    assert found.done.engine == "crowd"
