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
    ModelInfo,
    Progress,
    ReasoningDelta,
    Request,
    TextDelta,
    TokenLogprobs,
)

FIRST_TOKEN = 60.0
"""Seconds of silence before the first token, at most, where neither the page nor the model says otherwise."""
FIRST_WAIT = 0.5
"""Seconds before the first retry; each later one waits twice as long."""
_CONTENT = (TextDelta, ReasoningDelta, TokenLogprobs)

Heard = Callable[[], None]
"""To be called with every sign of life of a server: a comment, a ping, an empty piece."""
Attempt = Callable[[WireRequest, Heard], AsyncGenerator[Event]]
"""One try of a request: events, or one of our errors. Nothing of a vendor's leaves it."""


async def request_events(
    attempt: Attempt, request: Request, network: Network, corrections: Corrections
) -> AsyncGenerator[Event]:
    """The events of a request: under deadlines, tried again where that may help, put right where the vendor objects.

    Raises `Timeout` where the first content, the next, or the whole takes longer than `network` and the model allow.
    Only the waiting counts, not what the reader does in between.
    """
    waiting = _Waiting(network, request.model)

    def attempt_wire(wire: WireRequest) -> AsyncGenerator[Event]:
        return attempt(wire, waiting.heard)

    async with aclosing(_tries(attempt_wire, request, network, corrections)) as events:
        while True:
            expired = False
            event: Event | None = None
            try:
                async with waiting.limit():
                    event = await anext(events, None)
            except TimeoutError:
                expired = True
            if expired:
                raise waiting.failure()
            if event is None:
                return
            waiting.after(event)
            yield event


class _Waiting:
    """How long the next event may take, and the whole."""

    def __init__(self, network: Network, model: ModelInfo) -> None:
        self._network, self._provider = network, model.provider
        patience = network.first_token or model.first_token or FIRST_TOKEN
        self._first_token = min(patience, network.total)
        self._allowance, self._begun = self._first_token, False
        self._clock = asyncio.get_running_loop().time
        self._end = self._clock() + network.total
        self._limit: asyncio.Timeout | None = None

    def limit(self) -> asyncio.Timeout:
        """The wait for one event, from now on."""
        self._limit = asyncio.timeout_at(min(self._clock() + self._allowance, self._end))
        return self._limit

    def heard(self) -> None:
        """The server lives: the wait for the first content begins anew. The total stays."""
        if self._limit is not None and not self._begun and not self._limit.expired():
            self._limit.reschedule(min(self._clock() + self._first_token, self._end))

    def after(self, event: Event) -> None:
        """A retry begins the wait for the first content anew."""
        self._begun = self._begun or isinstance(event, _CONTENT)
        wait = event.total or 0 if isinstance(event, Progress) else 0
        self._allowance = self._network.between_tokens if self._begun else self._first_token + wait

    def failure(self) -> Timeout:
        """What it means that a wait was too long."""
        if self._limit is not None and (self._limit.when() or 0) >= self._end:
            return Timeout("total", provider=self._provider, seconds=self._network.total)
        if self._begun:
            return Timeout("between_tokens", provider=self._provider, seconds=self._network.between_tokens)
        return Timeout("first_token", provider=self._provider, seconds=self._first_token)


async def _tries(
    attempt: Callable[[WireRequest], AsyncGenerator[Event]],
    request: Request,
    network: Network,
    corrections: Corrections,
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
