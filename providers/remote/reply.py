"""From the chunks of a vendor's stream to the events of a reply, and the `Done` that only a finish reason brings."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Protocol, TypeVar

from providers.errors import StreamTruncated
from providers.types import Done, Event, Finish, ReasoningDelta, Request, TextDelta, Timing, Usage

_Chunk = TypeVar("_Chunk", contravariant=True)


class GrowingReply(Protocol[_Chunk]):
    """A reply as its chunks arrive, in a vendor's form. `take` may raise `Refused` and `Unavailable`."""

    provider: str
    finish: Finish | None

    def take(self, chunk: _Chunk) -> Iterator[Event]: ...

    def truncated(self) -> StreamTruncated: ...

    def usage(self, request: Request) -> Usage: ...


async def reply_events(
    chunks: AsyncGenerator[_Chunk], reply: GrowingReply[_Chunk], request: Request, start: float
) -> AsyncGenerator[Event]:
    """The events of a reply and its `Done`. Without a finish reason it is no success, whatever else arrived."""
    first = 0.0
    failure: StreamTruncated | None = None
    async with aclosing(chunks):
        try:
            async for chunk in chunks:
                for event in reply.take(chunk):
                    if isinstance(event, TextDelta | ReasoningDelta):
                        first = first or time.perf_counter() - start
                    yield event
        except (AttributeError, TypeError, ValueError):  # fields of another type than the protocol's
            failure = StreamTruncated("malformed", provider=reply.provider)
    if reply.finish is None:
        raise failure or reply.truncated()
    total = time.perf_counter() - start
    yield Done(
        finish=reply.finish,
        usage=reply.usage(request),
        timing=Timing(first_token=first or total, total=total),
    )
