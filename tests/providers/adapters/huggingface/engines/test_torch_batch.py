"""Replies that share their passes: each as if it were alone, with a seed or without, whatever befalls the others."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import numpy as np
import pytest
import torch
from transformers import DynamicCache, GPT2Config, GPT2LMHeadModel, LlamaConfig, MistralConfig, MistralForCausalLM

from providers import decoding
from providers.adapters.huggingface.engines.base import GenerationStep, Job
from providers.adapters.huggingface.engines.torch import batch as torch_batch
from providers.adapters.huggingface.engines.torch.engine import TorchEngine
from providers.adapters.huggingface.engines.torch.worker import PIECE
from providers.adapters.huggingface.tokens import Codec
from providers.errors import Unavailable
from providers.types import Sampling
from tests.providers.adapters.huggingface import tiny
from tests.providers.adapters.huggingface.engines.drawing import chi_square, draw

WORDS = tiny.tokenizer()
TEXTS = ["the fox", "a", "the lazy dog " * 90, "jumps over", "the quick brown fox jumps", "system user " * 7, "dog"]
GREEDY = Sampling(temperature=0)
FREE = Sampling(temperature=1.0)


def job(text: str, sampling: Sampling = GREEDY, max_tokens: int = 30) -> Job:
    prompt = WORDS.backend_tokenizer.encode(text, add_special_tokens=False).ids
    return Job(prompt=prompt, sampling=sampling, max_tokens=max_tokens, alternatives=2)


async def steps_of(engine: TorchEngine, wanted: Job) -> list[GenerationStep]:
    async with aclosing(engine.submit(wanted)) as steps:
        return [step async for step in steps]


def tokens(steps: list[GenerationStep]) -> list[int]:
    return [step.token for step in steps]


@functools.cache
def _continued(make: Callable[[], Any], prompt: tuple[int, ...]) -> list[int]:
    """By transformers' own generation, alone; longer than any test asks for."""
    ids = torch.tensor([prompt])
    said = make().generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=80, eos_token_id=2, pad_token_id=2
    )
    return said[0, len(prompt) :].tolist()


def expected(make: Callable[[], Any], wanted: Job) -> list[int]:
    return _continued(make, tuple(wanted.prompt))[: wanted.max_tokens]


@asynccontextmanager
async def engine_of(network: Any) -> AsyncIterator[tuple[TorchEngine, list[tuple[int, int]]]]:
    """With a list of the shapes of what the network was given."""
    shapes: list[tuple[int, int]] = []

    def note(_: object, __: object, given: dict[str, Any]) -> None:
        shapes.append(tuple(given["input_ids"].shape))

    network.register_forward_pre_hook(note, with_kwargs=True)
    engine = TorchEngine(network, Codec(WORDS))
    try:
        yield engine, shapes
    finally:
        await asyncio.to_thread(engine.close)


def failing(fail: Callable[[torch.Tensor], None]) -> Any:
    """The tiny model, with `fail` called between its two layers: the first has already written to the cache."""
    network = tiny.llama()
    network.model.layers[1].register_forward_pre_hook(lambda _, given: fail(given[0]))
    return network


def gpt2() -> GPT2LMHeadModel:
    torch.manual_seed(0)
    config = GPT2Config(n_embd=32, n_layer=2, n_head=4, vocab_size=len(WORDS), n_positions=1024, initializer_range=0.5)
    return GPT2LMHeadModel(config).eval()


def mistral() -> MistralForCausalLM:
    """Sees 16 tokens back."""
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = MistralConfig(
        **sizes, num_key_value_heads=2, vocab_size=len(WORDS), sliding_window=16, initializer_range=0.3
    )
    return MistralForCausalLM(config).eval()


@pytest.mark.parametrize("make", [tiny.llama, gpt2])
async def test_rows_of_any_length_say_in_company_what_they_say_alone(make: Callable[[], Any]) -> None:
    jobs = [job(text, max_tokens=20 + 5 * n) for n, text in enumerate(TEXTS)]
    assert max(len(wanted.prompt) for wanted in jobs) > PIECE
    async with engine_of(make()) as (engine, shapes):
        together = await asyncio.gather(*[steps_of(engine, wanted) for wanted in jobs])
        alone = [await steps_of(engine, wanted) for wanted in jobs]
    assert [tokens(steps) for steps in together] == [expected(make, wanted) for wanted in jobs]
    for one, other in zip(together, alone, strict=True):
        assert [step.text for step in one] == [step.text for step in other]
        assert [step.logprob for step in one] == pytest.approx([step.logprob for step in other], abs=1e-3)
        assert [step.alternatives[0][0] for step in one] == [step.alternatives[0][0] for step in other]
    assert max(rows for rows, _ in shapes) >= len(TEXTS) - 1
    assert max(read for _, read in shapes) == PIECE


async def test_rows_that_grow_move_among_the_longer_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_batch, "SHORT", 16)
    monkeypatch.setattr(torch_batch, "_GRAIN", 8)
    jobs = [job(text, max_tokens=80) for text in TEXTS]
    async with engine_of(tiny.llama()) as (engine, shapes):
        together = await asyncio.gather(*[steps_of(engine, wanted) for wanted in jobs])
    assert [tokens(steps) for steps in together] == [expected(tiny.llama, wanted) for wanted in jobs]
    assert any(rows > 1 for rows, _ in shapes)


async def test_a_seed_says_the_same_in_company() -> None:
    seeded = job("number seven", Sampling(temperature=1.0, seed=7), max_tokens=40)
    async with engine_of(tiny.llama()) as (engine, shapes):
        alone = await steps_of(engine, seeded)
        others = [steps_of(engine, job(text, FREE, 60)) for text in TEXTS[:6]]
        crowd = asyncio.gather(*others)
        while max(rows for rows, _ in shapes) < 3:
            await asyncio.sleep(0.001)
        assert await steps_of(engine, seeded) == alone
        await crowd


async def test_no_seed_is_random_in_a_batch_too() -> None:
    async with engine_of(tiny.llama()) as (engine, _):
        said = await asyncio.gather(*[steps_of(engine, job("the fox", FREE)) for _ in range(6)])
    # One may end at its first token, and two may do so; rows that shared their randomness would all be alike.
    assert len({tuple(tokens(steps)) for steps in said}) >= 4


@pytest.mark.parametrize("leaving", [0, 3, 6])
async def test_a_row_that_leaves_does_not_disturb_the_others(leaving: int) -> None:
    jobs = [job(text, max_tokens=40) for text in TEXTS]

    async def some(engine: TorchEngine, wanted: Job) -> list[GenerationStep]:
        async with aclosing(engine.submit(wanted)) as steps:
            return [await anext(steps) for _ in range(5)]

    async with engine_of(tiny.llama()) as (engine, _):
        asked = [(some if n == leaving else steps_of)(engine, wanted) for n, wanted in enumerate(jobs)]
        said = [tokens(steps) for steps in await asyncio.gather(*asked)]
    assert [len(row) for n, row in enumerate(said) if n == leaving] == [5]
    assert all(row == expected(tiny.llama, wanted)[: len(row)] for row, wanted in zip(said, jobs, strict=True))
    assert all(row == expected(tiny.llama, jobs[n]) for n, row in enumerate(said) if n != leaving)


async def test_a_slow_reader_sits_out_and_catches_up() -> None:
    slow, quick = job("jumps over", max_tokens=60), job("the lazy dog", max_tokens=30)
    async with engine_of(tiny.llama()) as (engine, _), aclosing(engine.submit(slow)) as steps:
        taken = [await anext(steps) for _ in range(3)]
        assert tokens(await steps_of(engine, quick)) == (other := expected(tiny.llama, quick))
        assert len(taken) <= engine.computed - len(other) <= len(taken) + 1
        taken += [step async for step in steps]
    assert tokens(taken) == expected(tiny.llama, slow)


async def test_out_of_memory_in_a_pass_fails_the_longest_alone() -> None:
    failed = []

    def fail(states: torch.Tensor) -> None:
        if states.shape[0] == len(TEXTS) and not failed:
            failed.append(states.shape)
            raise torch.OutOfMemoryError("no room")

    jobs = [job(text, max_tokens=60) for text in TEXTS]
    async with engine_of(failing(fail)) as (engine, _):
        said = await asyncio.gather(*[steps_of(engine, wanted) for wanted in jobs], return_exceptions=True)
        again = await steps_of(engine, jobs[2])
    assert failed
    assert isinstance(said[2], Unavailable)
    assert said[2].reason == "out_of_memory"
    assert tokens(again) == expected(tiny.llama, jobs[2])
    for wanted, steps in zip(jobs, said, strict=True):
        if wanted is not jobs[2]:
            assert tokens(steps) == expected(tiny.llama, wanted)  # type: ignore[arg-type]


async def test_no_room_for_larger_buffers_spoils_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of a layer's two buffers does not fit, in the middle of the replies."""
    monkeypatch.setattr(torch_batch, "_GRAIN", 8)
    grow, calls = torch_batch._resize_buffer, []

    def scarce(buffer: torch.Tensor, slots: int, room: int) -> torch.Tensor:
        calls.append(room)
        if len(calls) == 40:
            raise MemoryError
        return grow(buffer, slots, room)

    monkeypatch.setattr(torch_batch, "_resize_buffer", scarce)
    jobs = [job(text, max_tokens=60) for text in TEXTS]
    async with engine_of(tiny.llama()) as (engine, _):
        said = await asyncio.gather(*[steps_of(engine, wanted) for wanted in jobs], return_exceptions=True)
    assert len(calls) > 40
    assert sum(isinstance(steps, Unavailable) for steps in said) == 1
    for wanted, steps in zip(jobs, said, strict=True):
        if not isinstance(steps, BaseException):
            assert tokens(steps) == expected(tiny.llama, wanted)


async def test_after_another_failure_each_goes_on_alone() -> None:
    def fail(states: torch.Tensor) -> None:
        if states.shape[0] > 1:
            raise IndexError("one of you is wrong")

    jobs = [job(text) for text in TEXTS]
    async with engine_of(failing(fail)) as (engine, _):
        said = await asyncio.gather(*[steps_of(engine, wanted) for wanted in jobs])
    assert [tokens(steps) for steps in said] == [expected(tiny.llama, wanted) for wanted in jobs]


async def test_a_window_is_computed_alone() -> None:
    jobs = [job(text, max_tokens=30) for text in TEXTS]
    async with engine_of(mistral()) as (engine, shapes):
        said = await asyncio.gather(*[steps_of(engine, wanted) for wanted in jobs])
    assert [tokens(steps) for steps in said] == [expected(mistral, wanted) for wanted in jobs]
    assert {rows for rows, _ in shapes} == {1}


@pytest.mark.parametrize(("kind", "together"), [("default", True), ("linear", True), ("dynamic", False)])
def test_embeddings_that_stretch_with_the_longest_row_are_computed_alone(kind: str, *, together: bool) -> None:
    config = LlamaConfig(
        **{name: getattr(tiny.llama().config, name) for name in ("hidden_size", "intermediate_size", "vocab_size")},
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        rope_parameters={"rope_type": kind, "rope_theta": 10000.0, "factor": 2.0},
    )
    network = type(tiny.llama())(config).eval()
    cache = DynamicCache(config=config)
    network(input_ids=torch.tensor([[5, 6, 7]]), past_key_values=cache, use_cache=True)
    assert torch_batch.joinable(network, cache, 3) == together
    assert not torch_batch.joinable(network, cache, 4)


async def test_a_pass_calls_the_event_loop_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, calls = asyncio.get_running_loop(), []
    original = loop.call_soon_threadsafe
    monkeypatch.setattr(
        loop, "call_soon_threadsafe", lambda work, *given, **more: (calls.append(work), original(work, *given, **more))
    )
    async with engine_of(tiny.llama()) as (engine, shapes):
        said = await asyncio.gather(*[steps_of(engine, job(text, max_tokens=30)) for text in TEXTS])
        passes, called = len(shapes), len(calls)
    assert sum(map(len, said)) > 2 * passes
    assert called <= passes


async def test_closed_means_closed() -> None:
    async with engine_of(tiny.llama()) as (engine, _):
        assert engine.network.config.vocab_size == len(WORDS)
    assert engine.network is None
    with pytest.raises(Unavailable):
        await steps_of(engine, job("the fox"))


class Decided:
    """A network that computes what it thinks of a prompt once: two thousand draws ask for nothing else."""

    device = torch.device("cpu")

    def __init__(self, network: Any, prompt: Sequence[int]) -> None:
        self.config = network.config
        with torch.inference_mode():
            self.said = network(input_ids=torch.tensor([prompt]))

    def __call__(self, **_: object) -> Any:
        return self.said


SLIDERS = {
    "plain": {},
    "hot": {"temperature": 1.7},
    "top-k": {"top_k": 5},
    "top-p": {"top_p": 0.8},
    "min-p": {"min_p": 0.05},
    "typical-p": {"typical_p": 0.7},
    "repetition": {"repetition_penalty": 1.5},
}
TOGETHER = {"temperature": 1.7, "top_k": 40, "top_p": 0.9, "min_p": 0.005, "typical_p": 0.95, "repetition_penalty": 1.2}


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(TOGETHER, id="together"),
        *(pytest.param(chosen, id=name, marks=pytest.mark.long) for name, chosen in SLIDERS.items()),
    ],
)
async def test_what_is_sampled_is_what_decoding_defines(chosen: dict[str, float]) -> None:
    wanted = job("the quick brown fox")
    network = Decided(tiny.llama(), wanted.prompt)
    settings = [Sampling(**{"temperature": 1.0, **chosen, "seed": seed}) for seed in range(2000)]
    engine = TorchEngine(network, Codec(WORDS))
    drawn = await draw(engine, [Job(prompt=wanted.prompt, sampling=one, max_tokens=1) for one in settings])
    await asyncio.to_thread(engine.close)
    logits = network.said.logits[0, -1].double().numpy()
    assert chi_square(drawn, decoding.distribution(logits, settings[0], wanted.prompt)) >= 0.001


def test_the_comparison_notices_a_slider_that_is_not_applied() -> None:
    chances = decoding.softmax(np.random.default_rng(0).normal(0, 2, 400))
    cooler = decoding.softmax(np.log(chances) / 0.8)
    drawn = np.random.default_rng(1).choice(400, 2000, p=chances)
    assert chi_square(drawn.tolist(), chances) >= 0.001 > chi_square(drawn.tolist(), cooler)
    with pytest.raises(AssertionError, match="probability 0"):
        chi_square([0, 1], np.asarray([1.0, 0.0]))
