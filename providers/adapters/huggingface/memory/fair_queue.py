"""A bounded queue for a model in which a visitor with many requests does not keep the others waiting."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from providers.errors import Overloaded

LONGEST = 64
"""Requests that may wait; whoever comes then is told so."""
SHARE = 0.75
"""Of the slots, what one owner may hold at most, so that a newcomer finds one free."""


@dataclass(eq=False, slots=True)
class QueueEntry:
    """A request in line, or being served (`position` 0). Without an owner it is nobody else's."""

    owner: object
    position: int = 0


@dataclass(slots=True)
class FairQueue:
    """For several threads. `slots` requests are served at once."""

    slots: int
    _served: list[QueueEntry] = field(default_factory=list)
    _waiting: list[QueueEntry] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def join(self, owner: str) -> QueueEntry:
        """Raises `Overloaded("busy_here")` when the line is full. What is joined must be left."""
        place = QueueEntry(owner or object())
        with self._lock:
            self._waiting.append(place)
            self._admit()
            if place.position > LONGEST:
                self._waiting.remove(place)
                raise Overloaded("busy_here", provider="huggingface", waiting=LONGEST)
        return place

    def leave(self, place: QueueEntry) -> None:
        with self._lock:
            for line in (self._served, self._waiting):
                if place in line:
                    line.remove(place)
            self._admit()

    def _admit(self) -> None:
        """Of those that wait, the one whose owner is served least goes first; among equals, the one that came first."""
        most = max(1, int(self.slots * SHARE))
        held = Counter(place.owner for place in self._served)
        while len(self._served) < self.slots:
            able = [place for place in self._waiting if held[place.owner] < most]
            if not able:
                break
            first = min(able, key=lambda place: held[place.owner])
            self._waiting.remove(first)
            self._served.append(first)
            held[first.owner] += 1
            first.position = 0
        for number, place in enumerate(self._in_turn(held), start=1):
            place.position = number

    def _in_turn(self, held: Counter[object]) -> list[QueueEntry]:
        """Those that wait, in the order in which they would be served if nobody came or left."""
        counts, order, left = Counter(held), list[QueueEntry](), list(self._waiting)
        while left:
            first = min(left, key=lambda place: counts[place.owner])
            left.remove(first)
            order.append(first)
            counts[first.owner] += 1
        return order
