"""The conversations that visitors keep on the server: read, saved and deleted by one at a time, and listed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from playground.sqlite import StorageFailed
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.entry import Entry
from playground.tabs.chat.visit.history import History
from playground.visitors import ConversationKey, Conversations

_STRIPES = 256
"""Locks of what is kept, shared out among the visitors."""
_KEEP_SENT = 8
"""Turns whose exact request is kept: each holds all the turns before it."""


@dataclass(slots=True)
class _Stripe:
    """What is kept for some of the visitors: who reads or writes holds the lock, and `saves` counts the writing."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    saves: int = 0


@dataclass(slots=True)
class KeptConversations:
    """Blocks, as all that reads or writes a conversation: it may have many megabytes."""

    files: Conversations
    history: History = field(init=False)
    _stripes: tuple[_Stripe, ...] = field(default_factory=lambda: tuple(_Stripe() for _ in range(_STRIPES)), repr=False)

    def __post_init__(self) -> None:
        self.history = History(self.files, self.load)

    @contextmanager
    def lock(self, key: ConversationKey) -> Iterator[None]:
        """Nobody else reads or writes the visitor's conversations meanwhile."""
        with self.stripe(key).lock:
            yield

    def saves(self, key: ConversationKey) -> int:
        """How often something was saved or deleted; where it is the same, the conversation is as it was."""
        return self.stripe(key).saves

    def load(self, key: ConversationKey) -> Conversation:
        """As it was saved last. Of a damaged file, or another version's, what can be read: see `lost`."""
        saved = self.files.load(key.visitor, key.id)
        if saved is None:
            return Conversation(lost=int(self.files.lost(key.visitor, key.id)))
        found = Conversation.readable(saved)
        if found.lost:
            with suppress(StorageFailed):  # a full disk: it is read all the same, and kept aside when that is possible
                self.files.keep_aside(key.visitor, key.id)
        return found

    def save(self, key: ConversationKey, conversation: Conversation) -> None:
        """For whoever holds it."""
        self.stripe(key).saves += 1
        old = conversation.turns[:-_KEEP_SENT]
        lighter = tuple(
            replace(turn, replies=tuple(reply and replace(reply, sent=None) for reply in turn.replies)) for turn in old
        )
        kept = replace(conversation, turns=(*lighter, *conversation.turns[-_KEEP_SENT:]))
        self.history.make_room(key)
        self.files.save(key.visitor, kept.to_json(), key.id)
        self.history.note(key, kept)

    def delete(self, key: ConversationKey) -> Entry | None:
        """From the server; the visitor's last one can be brought back for a while."""
        with self.lock(key):
            self.stripe(key).saves += 1
            return self.history.delete(key)

    def restore(self, visitor: str) -> Entry | None:
        """Bring back what the visitor deleted last."""
        with self.lock(ConversationKey(visitor)):
            return self.history.restore(visitor)

    def entries(self, visitor: str, search: str = "") -> list[Entry]:
        """The visitor's conversations: see `History.entries`."""
        with self.lock(ConversationKey(visitor)):
            return self.history.entries(visitor, search)

    def change(self, key: ConversationKey, *, name: str | None = None, pinned: bool | None = None) -> None:
        """Rename or pin one: see `History.change`."""
        with self.lock(key):
            self.history.change(key, name=name, pinned=pinned)

    def stripe(self, key: ConversationKey) -> _Stripe:
        """Of few visitors, so that a class that begins at once neither waits in one line nor reads everything twice."""
        return self._stripes[hash(key.visitor) % _STRIPES]
