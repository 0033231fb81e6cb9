"""How much one visitor may ask for."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playground.asking.errors import RequestLimit
from playground.visitors.addresses import Addresses, Rate
from playground.visitors.errors import VisitorLimit
from playground.visitors.expiring import Clock


@dataclass(slots=True)
class Limits:
    """Messages a minute (`None`: any number), parallel streams and tokens a reply, each per visitor.

    `messages_per_address` are those a minute of all visitors of one address, where `addresses` knows it.
    """

    messages_per_minute: int | None
    parallel_streams: int
    tokens_per_reply: int
    clock: Clock = time.monotonic
    messages_per_address: int | None = None
    addresses: Addresses = field(default_factory=Addresses)
    _sent: Rate = field(init=False, repr=False)
    _sent_from: Rate = field(init=False, repr=False)
    _streams: Counter[str] = field(default_factory=Counter, repr=False)

    def __post_init__(self) -> None:
        self._sent = Rate(self.messages_per_minute, self.clock)
        self._sent_from = Rate(self.messages_per_address, self.clock)

    def message(self, visitor: str) -> None:
        """Count a message. Raises `VisitorLimit("rate")`, or "address_rate" for the visitor's address, with the seconds
        until the next one may be sent."""
        name, address = self.addresses.name(visitor), self.addresses.address(visitor)
        self._sent.most, self._sent_from.most = self.messages_per_minute, self.messages_per_address
        if seconds := self._sent.wait(name):
            raise VisitorLimit("rate", limit=self.messages_per_minute, seconds=seconds)
        if address is not None and (seconds := self._sent_from.wait(address)):
            raise VisitorLimit("address_rate", limit=self.messages_per_address, seconds=seconds)
        self._sent.count(name)
        if address is not None:
            self._sent_from.count(address)

    @asynccontextmanager
    async def stream(self, visitor: str) -> AsyncIterator[None]:
        """Hold one of the visitor's streams. Raises `VisitorLimit("streams")` when all are held."""
        name = self.addresses.name(visitor)
        if self._streams[name] >= self.parallel_streams:
            raise VisitorLimit("streams", limit=self.parallel_streams)
        self._streams[name] += 1
        try:
            yield
        finally:
            self._streams[name] -= 1
            if not self._streams[name]:
                del self._streams[name]

    def tokens(self, wanted: int | None) -> int:
        """The reply's length that may be asked for. Raises `RequestLimit("tokens")` beyond the limit."""
        if wanted is None:
            return self.tokens_per_reply
        if wanted > self.tokens_per_reply:
            raise RequestLimit("tokens", limit=self.tokens_per_reply)
        return wanted
