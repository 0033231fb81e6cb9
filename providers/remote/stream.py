"""Sending a request and receiving its events: under deadlines, tried again where that may help, retries visible."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from providers.base import Network
from providers.errors import (
    Overloaded,
    PlaygroundError,
    RateLimited,
    Timeout,
    Unavailable,
)
from providers.remote.corrections import Corrections, WireRequest
from providers.types import (
    Event,
    Progress,
    ReasoningDelta,
    Request,
    TextDelta,
    TokenLogprobs,
)

FIRST_WAIT = 0.5
"""Seconds before the first retry; each later one waits twice as long."""
_CONTENT = (TextDelta, ReasoningDelta, TokenLogprobs)

Attempt = Callable[[WireRequest], AsyncGenerator[Event]]
"""One try of a request: events, or one of our errors. Nothing of a vendor's leaves it."""


def request_events(
    attempt: Attempt, request: Request, network: Network, corrections: Corrections
) -> AsyncGenerator[Event]:
    """The events of a request: under deadlines, tried again where that may help, put right where the vendor objects."""
    return with_deadlines(_tries(attempt, request, network, corrections), network, request)


async def with_deadlines(events: AsyncGenerator[Event], network: Network, request: Request) -> AsyncGenerator[Event]:
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


async def _tries(
    attempt: Attempt, request: Request, network: Network, corrections: Corrections
) -> AsyncGenerator[Event]:
    """Try again, before the first content.

    At most `network.retries` times where the vendor may answer now, telling how long each wait is; and put right where
    a refusal names what is wrong, once for each, saying so.
    """
    wire, known = corrections.begin(request)
    for change in known:
        yield change
    tried = 0
    while True:
        failure: PlaygroundError | None = None
        begun = False
        try:
            async with aclosing(attempt(wire)) as events:
                async for event in events:
                    begun = begun or isinstance(event, _CONTENT)
                    yield event
        except PlaygroundError as error:
            failure = error
        if failure is None:
            return
        if not begun and (corrected := corrections.after(failure, wire)) is not None:
            wire, change = corrected
            tried = 0
            yield change
            continue
        wait = None if begun else wait_before_retry(failure, tried, network)
        if wait is None:
            raise failure
        tried += 1
        yield Progress(stage="retry", done=0, total=wait)
        await asyncio.sleep(wait)


def wait_before_retry(failure: PlaygroundError, tried: int, network: Network) -> float | None:
    """Seconds; `None` where another try is useless or one too many, or where the vendor asks for a longer wait than we
    accept. `tried` counts the retries there were."""
    if tried >= network.retries:
        return None
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
