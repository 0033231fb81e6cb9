"""One piece of work a visitor at each place: a new one stops the one before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from playground.labs.evaluation import Control
from playground.sessions.limits import Limits

_PATIENCE = 2.0
"""Seconds that stopped work has to let go of its stream."""


@dataclass(slots=True)
class _Running:
    control: Control = field(default_factory=Control)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Work:
    """Pieces of work, by visitor and place. Each holds one of the visitor's streams."""

    limits: Limits
    _running: dict[tuple[str, str], _Running] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def at(self, visitor: str, place: str, *, counted: bool = True) -> AsyncGenerator[Control]:
        """Begin; what was going on there is stopped, and has two seconds to let go of its stream.

        `counted` against the visitor's messages a minute. Raises `LimitExceeded`.
        """
        if counted:
            self.limits.message(visitor)
        before, running = self._running.get((visitor, place)), _Running()
        self._running[visitor, place] = running
        try:
            if before is not None:
                before.control.stop()
                with suppress(TimeoutError):
                    await asyncio.wait_for(before.ended.wait(), _PATIENCE)
            async with self.limits.stream(visitor):
                yield running.control
        finally:
            running.ended.set()
            if self._running.get((visitor, place)) is running:
                del self._running[visitor, place]

    def control(self, visitor: str, place: str) -> Control | None:
        """The hand on what is going on there; `None` where nothing is."""
        running = self._running.get((visitor, place))
        return running.control if running is not None else None

    def stop(self, visitor: str, place: str) -> None:
        """End what is going on there, if anything is, at once."""
        if control := self.control(visitor, place):
            control.stop()
