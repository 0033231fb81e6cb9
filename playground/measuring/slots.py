"""How many requests a provider has at a time, and how a run is held, let go on and ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

V = TypeVar("V")


class Control:
    """The page's hand on a run. Pausing lets requests under way end and begins none; stopping ends them at once."""

    def __init__(self) -> None:
        self._going, self.stopping = asyncio.Event(), asyncio.Event()
        self._going.set()

    @property
    def paused(self) -> bool:
        return not self._going.is_set()

    @property
    def stopped(self) -> bool:
        return self.stopping.is_set()

    def pause(self) -> None:
        self._going.clear()

    def resume(self) -> None:
        self._going.set()

    def stop(self) -> None:
        self.stopping.set()

    async def going(self) -> None:
        """Wait until the run is not paused."""
        await self._going.wait()

    async def until_stopped(self) -> None:
        await self.stopping.wait()


@dataclass(slots=True)
class _Shared:
    """A provider's time: `each` is what a request would have had of it that was there from the beginning."""

    clock: Callable[[], float]
    in_flight: int = 0
    each: float = 0.0
    since: float = 0.0

    def now(self) -> float:
        at = self.clock()
        if self.in_flight:
            self.each += (at - self.since) / self.in_flight
        self.since = at
        return self.each

    def change(self, by: int) -> float:
        """One request more or less; the time up to now."""
        each = self.now()
        self.in_flight += by
        return each


@dataclass(slots=True)
class Slot:
    """One request's place. `seconds` is its part of the provider's time so far: what passes while several are under way
    is shared out among them. So the parts of all requests together are the time in which any was under way."""

    _shared: _Shared
    _begun: float
    _ended: float | None = field(default=None)

    @property
    def seconds(self) -> float:
        return (self._shared.now() if self._ended is None else self._ended) - self._begun

    def end(self) -> None:
        self._ended = self._shared.change(-1)


class Slots:
    """Requests in flight, bounded by provider. Whoever asks a model does it inside `at`."""

    def __init__(
        self, per_provider: int, control: Control | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._control, self._clock = per_provider, control or Control(), clock
        self._places: dict[str, asyncio.Semaphore] = {}
        self._times: dict[str, _Shared] = {}

    @asynccontextmanager
    async def at(self, provider: str) -> AsyncIterator[Slot]:
        """Wait for a place at this provider, and while the run is paused; hold it for the length of one request."""
        places = self._places.setdefault(provider, asyncio.Semaphore(self._most))
        async with places:
            await self._control.going()
            shared = self._times.setdefault(provider, _Shared(self._clock))
            slot = Slot(shared, shared.change(1))
            try:
                yield slot
            finally:
                slot.end()

    @property
    def in_flight(self) -> dict[str, int]:
        """Requests under way now, by provider."""
        return {provider: shared.in_flight for provider, shared in self._times.items()}

    async def hold(self, provider: str, source: AsyncGenerator[V]) -> AsyncGenerator[V]:
        """What `source` yields, from its first value to its end in one place of `provider`'s. Closes `source`."""
        async with self.at(provider):
            try:
                async for value in source:
                    yield value
            finally:
                await source.aclose()
