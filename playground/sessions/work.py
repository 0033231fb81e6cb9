"""One piece of work a visitor at each place: a new one stops the one before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from playground.sessions.limits import Limits

_PATIENCE = 2.0
"""Seconds that stopped work has to let go of its stream."""


@dataclass(slots=True)
class Running:
    """Set `stop` to end it; what is there stays."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Work:
    """Each piece counts against the visitor's messages a minute, and holds one of the visitor's streams."""

    limits: Limits
    _running: dict[tuple[str, str], Running] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def at(self, visitor: str, place: str) -> AsyncGenerator[Running]:
        """Begin. Raises `LimitExceeded`."""
        self.limits.message(visitor)
        before, running = self._running.get((visitor, place)), Running()
        self._running[visitor, place] = running
        try:
            if before is not None:  # it still holds its stream
                before.stop.set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(before.ended.wait(), _PATIENCE)
            async with self.limits.stream(visitor):
                yield running
        finally:
            running.ended.set()
            if self._running.get((visitor, place)) is running:
                del self._running[visitor, place]

    def stop(self, visitor: str, place: str) -> None:
        """End the work at that place at once."""
        if running := self._running.get((visitor, place)):
            running.stop.set()
