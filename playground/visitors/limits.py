"""How much one visitor may ask for."""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playground.asking.errors import RequestLimit
from playground.visitors.errors import VisitorLimit
from playground.visitors.expiring import Clock, Expiring

_MINUTE = 60.0


@dataclass(slots=True)
class Limits:
    """Messages a minute (`None`: any number), parallel streams and tokens a reply, each per visitor."""

    messages_per_minute: int | None
    parallel_streams: int
    tokens_per_reply: int
    clock: Clock = time.monotonic
    _sent: Expiring[deque[float]] = field(init=False, repr=False)
    _streams: Counter[str] = field(default_factory=Counter, repr=False)

    def __post_init__(self) -> None:
        self._sent = Expiring(_MINUTE, clock=self.clock)

    def message(self, visitor: str) -> None:
        """Count a message. Raises `VisitorLimit("rate")` with the seconds until the next one may be sent."""
        if self.messages_per_minute is None:
            return
        now = self.clock()
        sent = self._sent.get(visitor) or deque()
        while sent and sent[0] <= now - _MINUTE:
            sent.popleft()
        if len(sent) >= self.messages_per_minute:
            wait = max(1, math.ceil(sent[0] + _MINUTE - now))
            raise VisitorLimit("rate", limit=self.messages_per_minute, seconds=wait)
        sent.append(now)
        self._sent.put(visitor, sent)

    @asynccontextmanager
    async def stream(self, visitor: str) -> AsyncIterator[None]:
        """Hold one of the visitor's streams. Raises `VisitorLimit("streams")` when all are held."""
        if self._streams[visitor] >= self.parallel_streams:
            raise VisitorLimit("streams", limit=self.parallel_streams)
        self._streams[visitor] += 1
        try:
            yield
        finally:
            self._streams[visitor] -= 1
            if not self._streams[visitor]:
                del self._streams[visitor]

    def tokens(self, wanted: int | None) -> int:
        """The reply's length that may be asked for. Raises `RequestLimit("tokens")` beyond the limit."""
        if wanted is None:
            return self.tokens_per_reply
        if wanted > self.tokens_per_reply:
            raise RequestLimit("tokens", limit=self.tokens_per_reply)
        return wanted
