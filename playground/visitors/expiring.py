"""What is remembered for a while, and of a limited number of visitors."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

V = TypeVar("V")
Clock = Callable[[], float]
"""Seconds that never go backwards."""


@dataclass(slots=True)
class Expiring(Generic[V]):
    """A mapping whose values vanish `seconds` after they were put, the least recently used first beyond `most`."""

    seconds: float
    most: int = 10_000
    clock: Clock = time.monotonic
    _entries: OrderedDict[str, tuple[float, V]] = field(default_factory=OrderedDict, repr=False)
    _next: float = field(default=0.0, init=False, repr=False)
    """Before this moment nothing vanishes: with many thousands, not each call looks at all of them."""
    _lock: Lock = field(default_factory=Lock, repr=False)

    def put(self, name: str, value: V) -> None:
        with self._lock:
            self._sweep()
            until = self.clock() + self.seconds
            self._next = min(self._next, until) if self._entries else until
            self._entries[name] = (until, value)
            self._entries.move_to_end(name)
            while len(self._entries) > self.most:
                self._entries.popitem(last=False)

    def get(self, name: str) -> V | None:
        with self._lock:
            self._sweep()
            if name not in self._entries:
                return None
            self._entries.move_to_end(name)
            return self._entries[name][1]

    def pop(self, name: str) -> V | None:
        with self._lock:
            return self._entries.pop(name, (0.0, None))[1]

    def _sweep(self) -> None:
        now = self.clock()
        if now < self._next:
            return
        for name in [name for name, (until, _) in self._entries.items() if until <= now]:
            del self._entries[name]
        self._next = min((until for until, _ in self._entries.values()), default=0.0)

    def names(self) -> list[str]:
        """Of all that is remembered now."""
        with self._lock:
            self._sweep()
            return list(self._entries)


@dataclass(slots=True)
class FoundOnce(Expiring[V]):
    """What holds for every visitor and takes seconds to find: where a class asks at once, one finds it, and the others
    wait for that. Where the one is stopped or fails, the next begins."""

    _finding: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary, repr=False)

    async def find(self, name: str, find: Callable[[], Awaitable[V]], *, anew: bool = False) -> V:
        """What is remembered, or else what is found. `anew`: found again, unless somebody has since it was asked for.

        Raises what `find` raises.
        """
        known = self.get(name)
        if known is not None and not anew:
            return known
        async with self._finding.setdefault(name, asyncio.Lock()):
            found = self.get(name)
            if found is None or (anew and found is known):
                found = await find()
                self.put(name, found)
            return found
