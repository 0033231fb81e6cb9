"""From the chunks of a vendor's stream to the events of a reply, and the `Done` that only its end brings."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from providers.errors import Refused, StreamTruncated
from providers.remote.finish import Ending
from providers.thinking import Thinking
from providers.types import (
    Change,
    Done,
    Event,
    Finish,
    ReasoningDelta,
    Request,
    TextDelta,
    Timing,
    TokenLogprob,
    TokenLogprobs,
    Usage,
)
from providers.wellformed import WellFormed, well_formed


class GrowingReply(Protocol):
    """A reply as its chunks arrive, in a vendor's form. `take` may raise any `ProviderError`."""

    provider: str
    finish: Finish | None
    """What the last reason to finish means that was given."""
    ending: Ending | None
    """What else is known of that reason."""
    settled: bool
    """It was given as servers do that mean it, without content beside it: nothing but a count of tokens may follow."""
    over: bool
    """The protocol's own mark of the end was seen."""

    def take(self, chunk: object) -> Iterator[Event]: ...

    def end(self) -> None:
        """The server has marked the end."""
        ...

    def truncation(self) -> StreamTruncated: ...

    def usage(self, request: Request) -> Usage: ...


async def reply_events(
    chunks: AsyncGenerator[object], reply: GrowingReply, request: Request, start: float
) -> AsyncGenerator[Event]:
    """The events of a reply and its `Done`. Without an end it is no success, whatever else arrived.

    Reasoning that is written into the text, between marks, is told apart; halves of characters are joined.
    """
    first, said = 0.0, False
    failure: StreamTruncated | None = None
    pieces = _ReplyPieces(begun=bool(request.messages) and request.messages[-1].role == "assistant")
    async with aclosing(chunks):
        try:
            async for chunk in chunks:
                for event in pieces.take(reply.take(chunk)):
                    if isinstance(event, TextDelta | ReasoningDelta):
                        first = first or time.perf_counter() - start
                    said = said or isinstance(event, TextDelta)
                    yield event
        except (AttributeError, TypeError, ValueError):  # fields of another type than the protocol's
            failure = StreamTruncated("malformed", provider=reply.provider)
    for event in pieces.rest():
        said = said or isinstance(event, TextDelta)
        yield event
    if reply.finish is None or failure is not None:
        raise failure or reply.truncation()
    if reply.ending is not None and reply.ending.tool and not said:
        raise Refused("tool", provider=reply.provider)
    if reply.ending is not None and reply.ending.word:
        yield Change(what="ending", reason="ended_otherwise", values={"word": reply.ending.word})
    total = time.perf_counter() - start
    yield Done(
        finish=reply.finish,
        usage=reply.usage(request),
        timing=Timing(first_token=first or total, total=total),
    )


class _ReplyPieces:
    """Text and reasoning as they become certain."""

    def __init__(self, *, begun: bool) -> None:
        self._thinking = Thinking(begun=begun)
        self._text, self._reasoning = WellFormed(), WellFormed()

    def take(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            match event:
                case TextDelta(text):
                    yield from self._thinking.push(self._text.push(text))
                case ReasoningDelta(text):
                    yield from self._reasoning_events(self._reasoning.push(text))
                case TokenLogprobs(tokens):
                    yield TokenLogprobs(tuple(map(_readable, tokens)))
                case _:
                    yield event

    def rest(self) -> Iterator[Event]:
        """What was held back, at the end."""
        yield from self._reasoning_events(self._reasoning.rest())
        yield from self._thinking.push(self._text.rest())
        yield from self._thinking.rest()

    def _reasoning_events(self, text: str) -> Iterator[Event]:
        if text:
            yield ReasoningDelta(text)


def _readable(token: TokenLogprob) -> TokenLogprob:
    others = tuple((well_formed(other), logprob) for other, logprob in token.alternatives)
    return replace(token, token=well_formed(token.token), alternatives=others)
