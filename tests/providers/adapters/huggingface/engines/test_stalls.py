"""An engine that gives no sign of life: its requests are told, it is started anew, and nobody else waits for it."""

from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing
from types import SimpleNamespace

import pytest
import torch

from providers.adapters.huggingface.engines.base import GenerationStep, Job
from providers.adapters.huggingface.engines.engine_process import Outbox
from providers.adapters.huggingface.engines.openvino.engine import OpenVinoEngine
from providers.adapters.huggingface.engines.orders import Begin, Cancel
from providers.adapters.huggingface.engines.run import EngineRun, deliver
from providers.adapters.huggingface.engines.torch.engine import TorchEngine
from providers.adapters.huggingface.tokens import Codec
from providers.base import Deadlines
from providers.errors import Timeout
from providers.types import Sampling
from tests import virtual_time
from tests.providers.adapters.huggingface import tiny
from tests.virtual_time import time_stands_still

CODEC = Codec(tiny.tokenizer())
GREEDY = Sampling(temperature=0)
DEADLINES = Deadlines(first_token=40, between_tokens=10, total=1000)


def job(max_tokens: int = 4, prompt: int = 3) -> Job:
    return Job(prompt=[5] * prompt, sampling=GREEDY, max_tokens=max_tokens, deadlines=DEADLINES)


class Pretending:
    """An engine without a model: the test says what comes of it, and when it was started anew."""

    def __init__(self) -> None:
        self.restarted: list[float] = []
        self.allowed = 40.0

    def silence(self, deadlines: Deadlines) -> float:
        return self.allowed

    def restart(self, run: EngineRun, seconds: float) -> None:
        self.restarted.append(seconds)
        deliver([(run, Timeout("stalled", provider="huggingface", seconds=seconds))])


async def outcome(run: EngineRun, engine: Pretending) -> tuple[list[int], Timeout | None, float]:
    """Its tokens, what it failed with, and the time when it ended."""
    tokens: list[int] = []
    failure = None
    try:
        while len(tokens) < run.job.max_tokens:
            tokens.append((await run.next_step(engine)).token)
    except Timeout as error:
        failure = error
    return tokens, failure, asyncio.get_running_loop().time()


@virtual_time.virtual
async def test_an_engine_that_says_nothing_is_started_anew_after_the_first_deadline() -> None:
    engine = Pretending()
    tokens, failure, now = await outcome(EngineRun(job(), CODEC), engine)
    assert (tokens, engine.restarted, now) == ([], [40.0], 40.0)
    assert failure is not None
    assert (failure.key, failure.values["seconds"]) == ("timeout.stalled", 40.0)


@virtual_time.virtual
async def test_a_sign_of_life_moves_the_deadline_and_a_token_that_has_come_stays() -> None:
    engine, run = Pretending(), EngineRun(job(), CODEC)
    loop = asyncio.get_running_loop()
    for second in range(0, 200, 30):
        loop.call_at(second, deliver, [(run, None)])
    loop.call_at(200, deliver, [(run, (7, -1.0))])
    loop.call_at(200, setattr, engine, "allowed", 10.0)
    tokens, failure, now = await outcome(run, engine)
    assert (tokens, engine.restarted, now) == ([7], [10.0], 210.0)
    assert failure is not None and failure.key == "timeout.stalled"


@virtual_time.virtual
async def test_a_reply_of_a_living_engine_that_takes_too_long_ends_alone() -> None:
    engine, run = Pretending(), EngineRun(job(), CODEC)
    for second in range(0, 2000, 30):
        asyncio.get_running_loop().call_at(second, deliver, [(run, None)])
    tokens, failure, now = await outcome(run, engine)
    assert (tokens, engine.restarted, now) == ([], [], 1000.0)
    assert failure is not None
    assert (failure.key, failure.values["seconds"]) == ("timeout.total", 1000)


@virtual_time.virtual
async def test_only_the_waiting_counts_not_what_a_reader_does_in_between() -> None:
    engine, run = Pretending(), EngineRun(job(max_tokens=2), CODEC)
    deliver([(run, (7, -1.0)), (run, (8, -1.0))])
    assert (await run.next_step(engine)).token == 7
    await asyncio.sleep(5000)
    assert (await run.next_step(engine)).finish == "length"
    assert engine.restarted == []


class Hanging:
    """A network that says 9 for ever, and hangs at its `at`-th call until it is let go."""

    device = torch.device("cpu")
    config = tiny.llama().config

    def __init__(self, at: int) -> None:
        self.at, self.calls = at, 0
        self.hangs, self.go = threading.Event(), threading.Event()

    def __call__(self, *, input_ids: torch.Tensor, **_: object) -> SimpleNamespace:
        self.calls += 1
        if self.calls == self.at:
            self.hangs.set()
            self.go.wait()
        logits = torch.zeros(1, 1, self.config.vocab_size)
        logits[0, 0, 9] = 20.0
        return SimpleNamespace(logits=logits)


async def steps_of(engine: TorchEngine | OpenVinoEngine, wanted: Job) -> list[GenerationStep]:
    async with aclosing(engine.submit(wanted)) as steps:
        return [step async for step in steps]


@pytest.mark.parametrize(("at", "tokens", "seconds"), [(1, 0, 40), (3, 2, 10)])
def test_a_torch_thread_that_hangs_is_replaced_and_its_requests_are_told(at: int, tokens: int, seconds: int) -> None:
    network = Hanging(at)
    engine = TorchEngine(network, CODEC)

    async def main() -> None:
        said: list[int] = []

        async def read() -> None:
            async with aclosing(engine.submit(job(9))) as steps:
                async for step in steps:
                    said.append(step.token)

        with time_stands_still():
            reading = asyncio.create_task(read())
            await asyncio.to_thread(network.hangs.wait)
            while len(said) < tokens:
                await asyncio.sleep(0)
        with pytest.raises(Timeout) as caught:
            await reading
        assert (caught.value.key, caught.value.values["seconds"]) == ("timeout.stalled", seconds)
        assert said == [9] * tokens
        with time_stands_still():
            assert [step.token for step in await steps_of(engine, job())] == [9] * 4, "the next request works"

    virtual_time.run(main())
    network.go.set()
    engine.close()


def test_a_torch_thread_that_was_given_up_says_nothing_more_when_it_comes_to() -> None:
    network = Hanging(1)
    engine = TorchEngine(network, CODEC)
    hung = engine._worker._thread

    async def main() -> None:
        told = await asyncio.gather(*[steps_of(engine, job()) for _ in range(3)], return_exceptions=True)
        assert [str(error) for error in told] == [str(told[0])] * 3 and isinstance(told[0], Timeout)
        assert len({id(error) for error in told}) == 3
        network.go.set()
        with time_stands_still():
            await asyncio.to_thread(hung.join)
            assert len(await steps_of(engine, job())) == 4
        assert engine.computed <= 4 + 1

    virtual_time.run(main())
    engine.close()


def test_what_never_left_the_outbox_is_taken_back_and_what_left_is_cancelled() -> None:
    outbox = Outbox()
    first, second = Begin(1, job(), ()), Begin(2, job(), ())
    outbox.put(first)
    assert outbox.take() is first
    outbox.put(second)
    outbox.put(Cancel(1))
    outbox.put(Cancel(2))
    assert len(outbox) == 1
    outbox.close()
    assert [outbox.take(), outbox.take()] == [Cancel(1), None]
