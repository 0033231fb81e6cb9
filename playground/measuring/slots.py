"""How many requests a provider has at a time, and how a run is held, let go on and ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
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


class Slots:
    """Requests in flight, bounded by provider. Whoever asks a model does it inside `at`."""

    def __init__(self, per_provider: int, control: Control | None = None) -> None:
        self._most, self._control = per_provider, control or Control()
        self._places: dict[str, asyncio.Semaphore] = {}
        self._in_flight: dict[str, int] = {}

    @asynccontextmanager
    async def at(self, provider: str) -> AsyncIterator[None]:
        """Wait for a place at this provider, and while the run is paused; hold it for the length of one request."""
        places = self._places.setdefault(provider, asyncio.Semaphore(self._most))
        async with places:
            await self._control.going()
            self._in_flight[provider] = self._in_flight.get(provider, 0) + 1
            try:
                yield
            finally:
                self._in_flight[provider] -= 1

    @property
    def in_flight(self) -> dict[str, int]:
        """Requests under way now, by provider."""
        return dict(self._in_flight)

    async def hold(self, provider: str, source: AsyncGenerator[V]) -> AsyncGenerator[V]:
        """What `source` yields, from its first value to its end in one place of `provider`'s. Closes `source`."""
        async with self.at(provider):
            try:
                async for value in source:
                    yield value
            finally:
                await source.aclose()
