"""What every provider promises, run over each that can run here; `real` ones live beside their adapters' own tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from providers.adapters.scripted import Scripted, tokens_of
from providers.base import complete
from providers.errors import StreamTruncated
from providers.types import Done, Event, Message, ReasoningDelta, Request, Sampling, TextDelta


async def request(name: str, text: str = "Hello there", **sampling: object) -> Request:
    models = {model.id: model for model in await Scripted().models()}
    return Request(
        model=models[name],
        messages=(Message.of("user", text),),
        sampling=Sampling(**sampling),  # type: ignore[arg-type]
    )


async def events_of(stream: AsyncGenerator[Event]) -> list[Event]:
    async with aclosing(stream) as events:
        return [event async for event in events]


@pytest.mark.parametrize("name", ["echo", "showcase", "thinker", "variant"])
async def test_exactly_one_done_and_it_is_last(name: str) -> None:
    events = await events_of(Scripted().stream(await request(name)))
    assert [isinstance(event, Done) for event in events].count(True) == 1
    assert isinstance(events[-1], Done)


@pytest.mark.parametrize("name", ["echo", "showcase", "thinker", "variant"])
async def test_deltas_concatenate_to_the_completion(name: str) -> None:
    provider, wanted = Scripted(), await request(name)
    events = await events_of(provider.stream(wanted))
    completion = await complete(provider, wanted)
    assert completion.text == "".join(event.text for event in events if isinstance(event, TextDelta)) != ""
    assert completion.reasoning == "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    assert completion.done.usage == events[-1].usage  # type: ignore[union-attr]


async def test_closing_early_stops_the_work() -> None:
    provider = Scripted(delay=0.001)
    async with aclosing(provider.stream(await request("slow"))) as events:
        async for _ in events:
            break
    computed = provider.computed
    await asyncio.sleep(0.1)
    assert provider.computed <= computed + 1


async def test_concurrent_streams_never_mix() -> None:
    provider = Scripted(delay=0.001)
    texts = [f"question number {number}" for number in range(8)]
    completions = await asyncio.gather(*[complete(provider, await request("echo", text)) for text in texts])
    assert [completion.text for completion in completions] == [f"You said: {text}" for text in texts]


async def test_a_stream_that_breaks_off_is_an_error() -> None:
    with pytest.raises(StreamTruncated) as caught:
        await complete(Scripted(), await request("broken"))
    assert caught.value.reason == "reset"


async def test_length_and_stop_strings() -> None:
    provider = Scripted()
    short = await complete(provider, await request("slow", max_tokens=5))
    assert (short.text, short.done.finish, short.done.usage.output_tokens) == ("1 2 3 4 5", "length", 5)
    cut = await complete(provider, await request("slow", stop=("7",), max_tokens=50))
    assert (cut.text.strip(), cut.done.finish) == ("1 2 3 4 5 6", "stop")


async def test_a_seed_repeats_and_another_differs() -> None:
    provider, first = Scripted(), await request("variant", seed=1)
    other = replace(first, sampling=Sampling(seed=2))
    texts = [(await complete(provider, wanted)).text for wanted in (first, first, other)]
    assert texts[0] == texts[1] != texts[2]


def test_tokens_concatenate_to_the_text() -> None:
    for text in ["", "a b", "  leading", "trailing \n", "línea\n\n🙂 fin"]:
        assert "".join(tokens_of(text)) == text
