"""One piece of work a visitor at each place: a new one stops the one before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

from playground.measuring import Control
from playground.visitors.limits import Limits

_PATIENCE = 2.0
"""Seconds that stopped work has to let go of its stream."""


@dataclass(slots=True)
class _Running:
    control: Control = field(default_factory=Control)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Work:
    """Pieces of work, by visitor and place ("chat", "rag-add"). Each holds at least one of the visitor's streams."""

    limits: Limits
    _running: dict[tuple[str, str], _Running] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def at(self, visitor: str, place: str, *, counted: bool = True, streams: int = 1) -> AsyncGenerator[Control]:
        """Begin, holding so many streams; what was going on there is stopped, and has two seconds to let go of its own.

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
            async with AsyncExitStack() as held:
                for _ in range(streams):
                    await held.enter_async_context(self.limits.stream(visitor))
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

    def stop_all(self, visitor: str) -> None:
        """End everything that is going on for the visitor, at once."""
        for (whose, _), running in self._running.items():
            if whose == visitor:
                running.control.stop()

    async def wait_for_end(self, visitor: str) -> None:
        """All that was stopped for the visitor has let go, or two seconds have passed."""
        running = [one.ended.wait() for (whose, _), one in self._running.items() if whose == visitor]
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*running), _PATIENCE)
