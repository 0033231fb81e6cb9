"""The engine against transformers' own generation, and its manners: stop, share, fail alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from providers import decoding
from providers.adapters.huggingface.engines.base import GenerationStep, Job
from providers.adapters.huggingface.engines.torch.engine import TorchEngine
from providers.adapters.huggingface.engines.torch.worker import PIECE
from providers.adapters.huggingface.tokens import Codec
from providers.errors import Unavailable
from providers.types import Sampling
from tests.providers.adapters.huggingface import tiny

NETWORK = tiny.llama()
END = 2
GREEDY = Sampling(temperature=0)


def ids_of(text: str) -> list[int]:
    return tiny.tokenizer().backend_tokenizer.encode(text, add_special_tokens=False).ids


def job(text: str, sampling: Sampling = GREEDY, max_tokens: int = 20, alternatives: int = 0) -> Job:
    return Job(prompt=ids_of(text), sampling=sampling, max_tokens=max_tokens, alternatives=alternatives)


async def steps_of(engine: TorchEngine, wanted: Job) -> list[GenerationStep]:
    async with aclosing(engine.submit(wanted)) as steps:
        return [step async for step in steps]


@pytest.fixture
async def engine() -> AsyncIterator[TorchEngine]:
    made = TorchEngine(NETWORK, Codec(tiny.tokenizer()))
    yield made
    await asyncio.to_thread(made.close)


class Reciter:
    """A network that says a given text whatever it is asked, and keeps a list of what it was given to read."""

    device = torch.device("cpu")
    config = NETWORK.config

    def __init__(self, text: str) -> None:
        self.script = [*ids_of(text), END]
        self.read: list[int] = []
        self.fail_on = -1

    def __call__(self, *, input_ids: torch.Tensor, past_key_values: Any, **_: object) -> SimpleNamespace:
        self.read.append(input_ids.shape[1])
        if int(input_ids[0, 0]) == self.fail_on:
            raise torch.OutOfMemoryError("no room")
        prompt_read = getattr(past_key_values, "said", -1)
        past_key_values.said = 0 if input_ids.shape[1] > 1 else prompt_read + 1
        logits = torch.zeros(1, 1, self.config.vocab_size)
        logits[0, 0, self.script[min(past_key_values.said, len(self.script) - 1)]] = 20.0
        return SimpleNamespace(logits=logits)


async def recite(text: str, wanted: Job) -> list[GenerationStep]:
    engine = TorchEngine(Reciter(text), Codec(tiny.tokenizer()))
    try:
        return await steps_of(engine, wanted)
    finally:
        await asyncio.to_thread(engine.close)


async def test_greedy_is_what_transformers_generates_across_prompt_pieces(engine: TorchEngine) -> None:
    wanted = job("the lazy dog " * 200, max_tokens=24)
    assert len(wanted.prompt) > 2 * PIECE
    prompt = torch.tensor([wanted.prompt])
    expected = NETWORK.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=24)
    steps = await steps_of(engine, wanted)
    assert [step.token for step in steps] == expected[0, len(wanted.prompt) :].tolist()


async def test_logprobs_are_the_models_own_whatever_the_sliders(engine: TorchEngine) -> None:
    heated = Sampling(temperature=1.7, top_k=3, seed=1)
    steps = await steps_of(engine, job("the fox", heated, max_tokens=5, alternatives=4))
    read = ids_of("the fox")
    with torch.inference_mode():
        for step in steps:
            own = decoding.log_softmax(NETWORK(torch.tensor([read])).logits[0, -1].double().numpy())
            assert step.logprob == pytest.approx(own[step.token], abs=1e-4)
            assert [value for _, value in step.alternatives] == pytest.approx(sorted(own)[:-5:-1], abs=1e-4)
            read.append(step.token)


async def test_seeds_repeat_alone_and_beside_others(engine: TorchEngine) -> None:
    jobs = [job(f"fox number {n}", Sampling(temperature=1.0, seed=n)) for n in range(6)]
    alone = [await steps_of(engine, wanted) for wanted in jobs]
    together = await asyncio.gather(*[steps_of(engine, wanted) for wanted in jobs])
    assert together == alone
    assert len({tuple(step.token for step in steps) for steps in alone}) == len(jobs)


async def test_no_seed_is_a_fresh_one(engine: TorchEngine) -> None:
    unseeded = job("the fox", Sampling(temperature=1.0))
    first, second = [[step.token for step in await steps_of(engine, unseeded)] for _ in range(2)]
    assert first != second


async def test_closing_stops_the_work(engine: TorchEngine) -> None:
    taken = 0
    async with aclosing(engine.submit(job("the fox", Sampling(seed=1), max_tokens=500))) as steps:
        async for _ in steps:
            taken += 1
            if taken == 5:
                break
    await asyncio.sleep(0.3)
    assert taken <= engine.computed <= taken + 1


async def test_cancelling_while_the_prompt_is_read_reads_no_further() -> None:
    network = Reciter("never")
    engine = TorchEngine(network, Codec(tiny.tokenizer()))
    reader = asyncio.create_task(steps_of(engine, replace(job("x"), prompt=[5] * PIECE * 100_000)))
    while not network.read:
        await asyncio.sleep(0.001)
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    read = len(network.read)
    await asyncio.sleep(0.2)
    await asyncio.to_thread(engine.close)
    assert len(network.read) <= read + 1 < 100_000
    assert engine.computed == 0


async def test_a_long_prompt_does_not_hold_up_the_others() -> None:
    network = Reciter("a fairly long answer to a short question")
    engine = TorchEngine(network, Codec(tiny.tokenizer()))
    long = asyncio.create_task(steps_of(engine, replace(job("x"), prompt=[5] * PIECE * 3000)))
    while not network.read:
        await asyncio.sleep(0.001)
    short = await steps_of(engine, job("hello there", max_tokens=99))
    unfinished = not long.done()
    long.cancel()
    await asyncio.gather(long, return_exceptions=True)
    await asyncio.to_thread(engine.close)
    assert short[-1].finish == "stop"
    assert unfinished


async def test_the_end_mark_ends_without_text() -> None:
    steps = await recite("niño 🦉!", job("say it", max_tokens=99))
    assert "".join(step.text for step in steps) == "niño 🦉!"
    assert (steps[-1].token, steps[-1].text, steps[-1].finish) == (END, "", "stop")
    assert [step.finish for step in steps[:-1]] == [None] * (len(steps) - 1)


async def test_every_end_mark_of_the_generation_config_ends() -> None:
    codec = Codec(tiny.tokenizer(), [*ids_of("!"), 0])
    engine = TorchEngine(Reciter("stop here! not here"), codec)
    steps = await steps_of(engine, job("say it", max_tokens=99))
    await asyncio.to_thread(engine.close)
    assert "".join(step.text for step in steps) == "stop here"


async def test_length() -> None:
    steps = await recite("one two three four five", job("say it", max_tokens=4))
    assert [step.finish for step in steps] == [None, None, None, "length"]


@pytest.mark.parametrize("stop", [("two",), ("ne tw",), (" two three", "never"), ("three", "two")])
async def test_stop_strings_across_token_borders_are_not_given_out(stop: tuple[str, ...]) -> None:
    said = "one two three four five"
    steps = await recite(said, job("say it", Sampling(temperature=0, stop=stop), max_tokens=99))
    assert "".join(step.text for step in steps) == said[: min(said.find(mark) for mark in stop if mark in said)]
    assert steps[-1].finish == "stop"
    assert len(steps) < len(ids_of(said))


async def test_what_only_looked_like_a_stop_string_is_given_out_at_the_end() -> None:
    steps = await recite("one #", job("say it", Sampling(temperature=0, stop=("##",)), max_tokens=99))
    assert "".join(step.text for step in steps) == "one #"
    cut = await recite("one # two", job("say it", Sampling(temperature=0, stop=("# x",)), max_tokens=5))
    assert "".join(step.text for step in cut) == tiny.tokenizer().decode(ids_of("one # two")[:5])


async def test_out_of_memory_fails_one_request_alone() -> None:
    network = Reciter("all is well")
    network.fail_on = ids_of("Z")[0]
    engine = TorchEngine(network, Codec(tiny.tokenizer()))
    texts: Sequence[str] = ["first one", "Z too large", "third one"]
    results = await asyncio.gather(*[steps_of(engine, job(text)) for text in texts], return_exceptions=True)
    again = await steps_of(engine, job("after that"))
    await asyncio.to_thread(engine.close)
    assert isinstance(results[1], Unavailable)
    assert results[1].reason == "out_of_memory"
    for steps in (results[0], results[2], again):
        assert "".join(step.text for step in steps) == "all is well"  # type: ignore[union-attr]


async def test_closing_the_engine_ends_its_requests(engine: TorchEngine) -> None:
    reader = asyncio.create_task(steps_of(engine, job("x", Sampling(seed=1), max_tokens=100_000)))
    while not engine.computed:
        await asyncio.sleep(0.001)
    await asyncio.to_thread(engine.close)
    with pytest.raises(Unavailable):
        await asyncio.wait_for(reader, 30)
