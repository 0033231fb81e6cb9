"""The images that will go along with a visitor's next message: in memory alone, until they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from playground.asking.errors import RequestLimit
from playground.tabs.chat.lab.pictures import MOST, MessagePicture, picture_of
from playground.visitors.expiring import Expiring

_SECONDS = 7200.0
_VISITORS = 60
"""Whose images are kept: 14 MB a visitor at most, and seldom more than one."""


@dataclass(frozen=True, slots=True)
class Attachments:
    """By visitor, in the order in which they came."""

    _kept: Expiring[tuple[MessagePicture, ...]] = field(
        default_factory=lambda: Expiring(_SECONDS, _VISITORS), repr=False
    )

    def of(self, visitor: str) -> tuple[MessagePicture, ...]:
        return self._kept.get(visitor) or ()

    async def add(self, visitor: str, content: bytes, name: str) -> None:
        """Clean a file and keep it. Raises `ImageError`, and `RequestLimit("images")` beyond four."""
        if len(self.of(visitor)) < MOST:
            picture = await picture_of(content, name)
            if len(waiting := self.of(visitor)) < MOST:  # others may have come meanwhile
                self._kept.put(visitor, (*waiting, picture))
                return
        raise RequestLimit("images", limit=MOST)

    def remove(self, visitor: str, number: int) -> None:
        """The image of that number, the first is 1; one that is not there is gone already."""
        left = tuple(one for place, one in enumerate(self.of(visitor), start=1) if place != number)
        self._kept.put(visitor, left)

    def give_back(self, visitor: str, pictures: Sequence[MessagePicture]) -> None:
        """They were sent and are taken back; no more than four wait."""
        if pictures:
            self._kept.put(visitor, (*pictures, *self.of(visitor))[:MOST])

    def sent(self, visitor: str, pictures: Sequence[MessagePicture]) -> None:
        """They wait no more; what came meanwhile does."""
        if pictures:
            self._kept.put(visitor, tuple(one for one in self.of(visitor) if all(one is not gone for gone in pictures)))

    def clear(self, visitor: str) -> None:
        self._kept.pop(visitor)
