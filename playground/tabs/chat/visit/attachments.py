"""The images that will go along with the next message of a conversation: in memory alone, until they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from playground.asking.errors import RequestLimit
from playground.tabs.chat.lab.pictures import MOST, MessagePicture, picture_of
from playground.visitors import ConversationKey
from playground.visitors.expiring import Expiring

_SECONDS = 7200.0
_CONVERSATIONS = 60
"""Whose images are kept: 14 MB each at most, and seldom more than one."""


@dataclass(frozen=True, slots=True)
class Attachments:
    """By conversation, in the order in which they came."""

    _kept: Expiring[tuple[MessagePicture, ...]] = field(
        default_factory=lambda: Expiring(_SECONDS, _CONVERSATIONS), repr=False
    )

    def of(self, key: ConversationKey) -> tuple[MessagePicture, ...]:
        return self._kept.get(_name(key)) or ()

    async def add(self, key: ConversationKey, content: bytes, name: str) -> None:
        """Clean a file and keep it. Raises `ImageError`, and `RequestLimit("images")` beyond four."""
        if len(self.of(key)) < MOST:
            picture = await picture_of(content, name)
            if len(waiting := self.of(key)) < MOST:  # others may have come meanwhile
                self._kept.put(_name(key), (*waiting, picture))
                return
        raise RequestLimit("images", limit=MOST)

    def remove(self, key: ConversationKey, number: int) -> None:
        """The image of that number, the first is 1; one that is not there is gone already."""
        left = tuple(one for place, one in enumerate(self.of(key), start=1) if place != number)
        self._kept.put(_name(key), left)

    def give_back(self, key: ConversationKey, pictures: Sequence[MessagePicture]) -> None:
        """They were sent and are taken back; no more than four wait."""
        if pictures:
            self._kept.put(_name(key), (*pictures, *self.of(key))[:MOST])

    def discard(self, key: ConversationKey, pictures: Sequence[MessagePicture]) -> None:
        """They wait no more; what came meanwhile does."""
        if pictures:
            self._kept.put(_name(key), tuple(one for one in self.of(key) if all(one is not gone for gone in pictures)))

    def count(self, visitor: str) -> int:
        """The images that wait in all of a visitor's conversations."""
        return sum(len(self._kept.get(name) or ()) for name in self._names(visitor))

    def forget(self, visitor: str) -> None:
        """As `clear`, in all of them."""
        for name in self._names(visitor):
            self._kept.pop(name)

    def _names(self, visitor: str) -> list[str]:
        return [name for name in self._kept.names() if name.startswith(f"{visitor}/")]

    def clear(self, key: ConversationKey) -> None:
        self._kept.pop(_name(key))


def _name(key: ConversationKey) -> str:
    return f"{key.visitor}/{key.id}"
