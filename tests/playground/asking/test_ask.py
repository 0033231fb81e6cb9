"""The one way to ask: in which order things happen, that every change is told, and what counts as an end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from playground.asking.ask import Outgoing, ask, ask_whole
from providers.adapters.scripted import Scripted
from providers.errors import ContextTooLong, StreamTruncated, UnsupportedRequest
from providers.types import (
    Change,
    Done,
    Event,
    Message,
    ModelInfo,
    Progress,
    Rendered,
    Request,
    Sampling,
    TextDelta,
)


class Watched(Scripted):
    """Counts how often a prompt is rendered, and may be told to load, or to end too early."""

    def __init__(self, *, loads: bool = False, ends: bool = True) -> None:
        super().__init__()
        self.rendered, self.loads, self.ends = 0, loads, ends

    async def prepare(self, model: ModelInfo) -> AsyncIterator[Progress]:
        if self.loads:
            yield Progress(stage="load")

    async def render(self, request: Request) -> Rendered:
        self.rendered += 1
        return await super().render(request)

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        async with aclosing(super().stream(request)) as events:
            async for event in events:
                if self.ends or not isinstance(event, Done):
                    yield event


async def request_to(provider: Scripted, name: str = "echo", **sampling: object) -> Request:
    model = next(one for one in await provider.models() if one.id == name)
    messages = (Message.of("user", "Hello there"),)
    return Request(model=model, messages=messages, sampling=Sampling(**sampling))  # type: ignore[arg-type]


async def events_of(provider: Scripted, request: Request) -> list[Event | Outgoing]:
    async with aclosing(ask(provider, request)) as events:
        return [event async for event in events]


async def test_changes_first_then_loading_the_prompt_the_reply_and_the_end() -> None:
    provider = Watched(loads=True)
    asked = await request_to(provider, typical_p=0.5)
    asked = replace(asked, model=replace(asked.model, accepts=frozenset()))
    kinds = [type(event) for event in await events_of(provider, asked)]
    assert kinds[:3] == [Change, Progress, Outgoing]
    assert TextDelta in kinds and kinds[-1] is Done
    assert kinds.count(Outgoing) == 1


async def test_what_leaves_is_what_was_fitted() -> None:
    provider = Watched()
    asked = await request_to(provider, typical_p=0.5, max_tokens=10_000)
    asked = replace(asked, model=replace(asked.model, accepts=frozenset({"max_tokens"}), context=300))
    events = await events_of(provider, asked)
    told = {(event.what, event.reason) for event in events if isinstance(event, Change)}
    assert told == {("typical_p", "not_offered"), ("max_tokens", "lowered")}
    (outgoing,) = (event for event in events if isinstance(event, Outgoing))
    assert outgoing.request.sampling.typical_p is None
    assert outgoing.request.sampling.max_tokens is not None and outgoing.request.sampling.max_tokens < 300


async def test_a_prompt_that_fits_is_rendered_once() -> None:
    provider = Watched()
    asked = await request_to(provider)
    async with aclosing(ask(provider, replace(asked, model=replace(asked.model, context=10_000)))) as events:
        async for event in events:
            if isinstance(event, Outgoing):
                break
    assert provider.rendered == 1


async def test_a_stream_without_an_end_is_an_error() -> None:
    provider = Watched(ends=False)
    with pytest.raises(StreamTruncated):
        await events_of(provider, await request_to(provider))


async def test_what_cannot_be_asked_is_raised_before_anything_is_sent() -> None:
    provider = Watched()
    asked = await request_to(provider)
    begun = replace(asked, messages=(*asked.messages, Message.of("assistant", "Once")))
    with pytest.raises(UnsupportedRequest):
        await events_of(provider, replace(begun, model=replace(begun.model, prefill=False)))
    with pytest.raises(ContextTooLong):
        await events_of(provider, replace(asked, model=replace(asked.model, context=3)))
    assert provider.computed == 0


async def test_the_whole_of_it_with_every_change() -> None:
    provider = Watched(loads=True)
    asked = await request_to(provider, typical_p=0.5)
    whole = await ask_whole(provider, replace(asked, model=replace(asked.model, accepts=frozenset())))
    assert whole.text == "You said: Hello there"
    assert [change.what for change in whole.changes] == ["typical_p"]
    assert whole.done.usage.output_tokens > 0
