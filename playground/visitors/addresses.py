"""From which network address visitors come: what a limit counts for those who keep no cookie, and besides."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from playground.visitors.errors import VisitorLimit
from playground.visitors.expiring import Clock, Expiring

_MINUTE = 60.0
_HOUR = 3600.0
_EVERYBODY = ""


@dataclass(slots=True)
class Rate:
    """So many a minute at most of each name, sliding; `None` for any number."""

    most: int | None
    clock: Clock = time.monotonic
    _begun: Expiring[tuple[float, ...]] = field(init=False, repr=False)
    """The moments of the last minute, by name: tuples, for ten thousand names have one each."""

    def __post_init__(self) -> None:
        self._begun = Expiring(_MINUTE, clock=self.clock)

    def wait(self, name: str) -> int:
        """Seconds until the next one of that name may come; 0 for now."""
        if self.most is None:
            return 0
        now, begun = self.clock(), self._lately(name)
        return max(1, math.ceil(begun[0] + _MINUTE - now)) if len(begun) >= self.most else 0

    def count(self, name: str) -> None:
        """Another one has come."""
        if self.most is not None:
            self._begun.put(name, (*self._lately(name), self.clock()))

    def _lately(self, name: str) -> tuple[float, ...]:
        since = self.clock() - _MINUTE
        return tuple(moment for moment in self._begun.get(name) or () if moment > since)


@dataclass(frozen=True, slots=True)
class _Known:
    address: str
    cookie: bool


@dataclass(slots=True)
class Addresses:
    """Whose request came from where last. A client that keeps no cookie is a new visitor with each request: all such of
    one address are one to the limits.

    `newcomers` are the new visitors a minute of one address, `newcomers_in_all` of all together.
    """

    newcomers: Rate = field(default_factory=lambda: Rate(None))
    newcomers_in_all: Rate = field(default_factory=lambda: Rate(None))
    counted: bool = False
    """Limits go by address at all."""
    _known: Expiring[_Known] = field(default_factory=lambda: Expiring(_HOUR, 20_000), repr=False)

    def note(self, visitor: str, address: str, *, cookie: bool) -> None:
        """A request of the visitor's has come; with the `cookie` that an earlier answer brought, or without."""
        if self.counted:
            self._known.put(visitor, _Known(address, cookie))

    def address(self, visitor: str) -> str | None:
        """Where the visitor's last request came from; `None` where nobody counts addresses."""
        known = self._known.get(visitor)
        return known.address if known is not None else None

    def name(self, visitor: str) -> str:
        """Whom a limit counts: the visitor, or the address of one without a cookie."""
        known = self._known.get(visitor)
        return visitor if known is None or known.cookie else f"at {known.address}"

    def newcomer(self, address: str) -> None:
        """Count a new visitor. Raises `VisitorLimit("newcomers")` with the seconds until another one may come."""
        for rate, name in ((self.newcomers, address), (self.newcomers_in_all, _EVERYBODY)):
            if seconds := rate.wait(name):
                raise VisitorLimit("newcomers", limit=rate.most, seconds=seconds)
        self.newcomers.count(address)
        self.newcomers_in_all.count(_EVERYBODY)
