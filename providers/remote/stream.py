"""What every vendor's adapter needs: deadlines, visible retries, an estimate of length, a merged list of models."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from difflib import get_close_matches
from typing import Protocol, TypeVar

from providers.base import Network
from providers.errors import (
    Overloaded,
    PlaygroundError,
    RateLimited,
    StreamTruncated,
    Timeout,
    Unavailable,
    UnknownModel,
    UnsupportedRequest,
)
from providers.image import tokens_at_most
from providers.types import (
    Change,
    Done,
    Event,
    Finish,
    ModelInfo,
    Progress,
    ReasoningDelta,
    Request,
    TextDelta,
    Timing,
    TokenLogprobs,
    Usage,
)

FIRST_WAIT = 0.5
"""Seconds before the first retry; each later one waits twice as long."""
BYTES_PER_TOKEN = 3
TOKENS_PER_MESSAGE = 8
LISTING = 20.0
"""Seconds at most for a list of models."""
TAIL = 3.0
"""Seconds to wait for the usage that follows a finish reason."""
SHORTENED = "({length} bytes, left out here)"
"""What stands for a picture's base64 when a request is shown."""
_CONTENT = (TextDelta, ReasoningDelta, TokenLogprobs)

Attempt = Callable[[Request], AsyncGenerator[Event]]
"""One try of a request: events, or one of our errors. Nothing of a vendor's leaves it."""


_Chunk = TypeVar("_Chunk", contravariant=True)


class Growing(Protocol[_Chunk]):
    """A reply as its chunks arrive, in a vendor's form. `take` may raise `Refused` and `Unavailable`."""

    provider: str
    finish: Finish | None

    def take(self, chunk: _Chunk) -> Iterator[Event]: ...

    def truncated(self) -> StreamTruncated: ...

    def usage(self, request: Request) -> Usage: ...


async def read(
    chunks: AsyncGenerator[_Chunk], reply: Growing[_Chunk], request: Request, start: float
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


async def call(attempt: Attempt, request: Request, network: Network) -> AsyncGenerator[Event]:
    """The events of a request: under deadlines, tried again where that may help, without what the vendor rejects."""
    async with aclosing(deadlines(_without_rejected(attempt, request, network), network, request)) as events:
        async for event in events:
            yield event


async def deadlines(events: AsyncGenerator[Event], network: Network, request: Request) -> AsyncGenerator[Event]:
    """Raises `Timeout` where the first content, the next, or the whole takes longer than `network` allows.

    Only the waiting for `events` counts, not what its reader does in between. A retry starts the wait for the first
    content anew; the total stays.
    """
    clock = asyncio.get_running_loop().time
    end, begun = clock() + network.total, False
    allowance = network.first_token
    async with aclosing(events):
        while True:
            limit, expired = clock() + allowance, False
            event: Event | None = None
            try:
                async with asyncio.timeout_at(min(limit, end)):
                    event = await anext(events, None)
            except TimeoutError:
                expired = True
            if expired:
                raise _timeout(request.model.provider, network, begun=begun, total=end <= limit)
            if event is None:
                return
            begun = begun or isinstance(event, _CONTENT)
            wait = event.total or 0 if isinstance(event, Progress) else 0
            allowance = network.between_tokens if begun else network.first_token + wait
            yield event


def _timeout(provider: str, network: Network, *, begun: bool, total: bool) -> Timeout:
    if total:
        return Timeout("total", provider=provider, seconds=network.total)
    if begun:
        return Timeout("between_tokens", provider=provider, seconds=network.between_tokens)
    return Timeout("first_token", provider=provider, seconds=network.first_token)


async def _without_rejected(attempt: Attempt, request: Request, network: Network) -> AsyncGenerator[Event]:
    """Send again without a sampling parameter that the vendor names in a refusal, once for each, and say so."""
    while True:
        rejected: UnsupportedRequest | None = None
        try:
            async with aclosing(_retrying(attempt, request, network)) as events:
                async for event in events:
                    yield event
        except UnsupportedRequest as error:
            rejected = error
        if rejected is None:
            return
        name = str(rejected.values.get("parameter"))
        shorter = _without(request, name)
        if shorter is None:
            raise rejected
        request = shorter
        yield Change(what=name, reason="rejected_by_api")


def _without(request: Request, name: str) -> Request | None:
    if name == "logprobs" and request.logprobs is not None:
        return replace(request, logprobs=None)
    if name not in request.sampling.chosen():
        return None
    value = () if name == "stop" else None
    return replace(request, sampling=replace(request.sampling, **{name: value}))  # type: ignore[arg-type]


async def _retrying(attempt: Attempt, request: Request, network: Network) -> AsyncGenerator[Event]:
    """Try again before the first content, at most `network.retries` times, telling how long each wait is."""
    for tried in range(network.retries + 1):
        failure: PlaygroundError | None = None
        begun = False
        try:
            async with aclosing(attempt(request)) as events:
                async for event in events:
                    begun = begun or isinstance(event, _CONTENT)
                    yield event
        except PlaygroundError as error:
            failure = error
        if failure is None:
            return
        wait = None if begun or tried == network.retries else wait_before_retry(failure, tried, network)
        if wait is None:
            raise failure
        yield Progress(stage="retry", done=0, total=wait)
        await asyncio.sleep(wait)


def wait_before_retry(failure: PlaygroundError, tried: int, network: Network) -> float | None:
    """Seconds, or `None` where another try is useless or the vendor asks for a longer wait than we accept."""
    match failure:
        case RateLimited(reason=None) | Overloaded() | Unavailable(reason="unreachable"):
            pass
        case Unavailable(reason=None, status=500 | 502):
            pass
        case _:
            return None
    if failure.retry_after is not None:
        return failure.retry_after if failure.retry_after <= network.longest_retry_after else None
    return min(FIRST_WAIT * 2.0**tried * random.uniform(0.75, 1.25), network.longest_retry_after)


def own_error(error: BaseException) -> PlaygroundError | None:
    """Our own error among the causes of an SDK's, without its history."""
    link: BaseException | None = error
    for _ in range(10):
        if isinstance(link, PlaygroundError):
            link.__cause__ = link.__context__ = None
            return link.with_traceback(None)
        if link is None:
            return None
        link = link.__cause__ or link.__context__
    return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from a Retry-After header. A date, or what is no number, counts as not given."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if 0 <= seconds < 1e7:
            return seconds
    return None


def unknown_model(name: str, known: Iterable[ModelInfo]) -> UnknownModel:
    """With the names that look alike."""
    near = get_close_matches(name, [model.id for model in known if model.id != name], n=5, cutoff=0.5)
    return UnknownModel(model=name[:120], near=", ".join(near))


def estimated_tokens(request: Request) -> int:
    """Length of the input, from above: three bytes a token, something for each message, and the pictures."""
    length = sum(TOKENS_PER_MESSAGE + text_tokens(message.text) for message in request.messages)
    return length + sum(
        tokens_at_most(image, request.model) for message in request.messages for image in message.images
    )


def text_tokens(text: str) -> int:
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)


def shown(url: str, body: Mapping[str, object]) -> str:
    """What "what was sent" shows: where to and the exact body. Keys travel in headers and are not part of it."""
    return json.dumps({"url": url, "body": body}, ensure_ascii=False, indent=2)


def merged(rows: Iterable[ModelInfo], listed: Iterable[ModelInfo]) -> tuple[ModelInfo, ...]:
    """The catalogue's rows first, as the catalogue has them; then what the vendor lists beyond them, by name."""
    known = {model.id: model for model in rows}
    others = {model.id: model for model in listed if model.id not in known}
    return (*known.values(), *(others[name] for name in sorted(others, key=str.lower)))
