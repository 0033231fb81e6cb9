"""The list of a visitor's conversations: found, renamed, pinned, deleted and brought back, and kept within bounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from playground.asking.errors import RequestLimit
from playground.sqlite import StorageFailed, failures, storage_failed
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.entry import Entry, entry_of, fold, is_found, name_of, words_of
from playground.visitors import ConversationKey, Conversations
from playground.visitors.conversations import replace_file
from playground.visitors.expiring import Expiring

_REGRET = 600.0
"""Seconds in which what was deleted can be brought back: it is in memory alone, for the disk it is gone."""
_REGRETTED = 20
"""Visitors whose last deletion is remembered; a conversation has 25 MB at most and seldom a tenth of one."""

_LOOKED_AT = 5
"""Entries that are read to find the last one, when a page is opened: the newest may hold nothing."""


@dataclass(frozen=True, slots=True)
class HistoryBounds:
    """Of one visitor. Where they are reached, the conversation that was not touched for the longest time makes room,
    unless it is pinned."""

    conversations: int = 200
    bytes: int = 100_000_000


@dataclass(frozen=True, slots=True)
class _Deleted:
    entry: Entry
    files: tuple[tuple[Path, bytes], ...]


@dataclass(frozen=True, slots=True)
class History:
    """Beside each conversation lies `<id>.entry`: a line of JSON with what the list shows, then the words that it is
    found by. One that is missing or damaged is made again from its conversation, and troubles no other.

    Blocks, as all that reads and writes files. Who changes a visitor's conversations holds that visitor's lock.
    """

    conversations: Conversations
    read: Callable[[ConversationKey], Conversation]
    """A conversation as it was saved."""
    bounds: HistoryBounds = HistoryBounds()
    _deleted: Expiring[_Deleted] = field(default_factory=lambda: Expiring(_REGRET, _REGRETTED), repr=False)

    def entries(self, visitor: str, search: str = "") -> list[Entry]:
        """Pinned first, then by their last change, newest first; those in which all words of `search` occur."""
        found = [one for name in self.conversations.ids(visitor) if (one := self._match(visitor, name, search))]
        return sorted(found, key=lambda one: (not one.pinned, -one.changed))

    def _match(self, visitor: str, name: str, search: str) -> Entry | None:
        """`None` for one that does not match, holds nothing, or was deleted this moment."""
        key = ConversationKey(visitor, name)
        entry = self.entry(key)
        if entry is None or not entry.listed:
            return None
        return entry if not search or is_found(search, f"{fold(entry.heading)} {self._words(key)}") else None

    def latest(self, visitor: str) -> Entry | None:
        """The one in which something was said last; `None` where there is none. Looks into few files."""
        files = {name: self.conversations.file(visitor, name) for name in self.conversations.ids(visitor)}
        newest = sorted(files, key=lambda name: self._saved_at(files[name]), reverse=True)[:_LOOKED_AT]
        entries = (self.entry(ConversationKey(visitor, name)) for name in newest)
        return next((one for one in entries if one is not None and one.turns), None)

    def entry(self, key: ConversationKey) -> Entry | None:
        """`None` where there is no such conversation."""
        try:
            with self._place(key).open(encoding="utf-8") as file:
                return replace(Entry.from_line(file.readline()), id=key.id)
        except (FileNotFoundError, ValueError):
            return self._make_again(key)
        except OSError as error:
            raise storage_failed(error) from error

    def _make_again(self, key: ConversationKey) -> Entry | None:
        """Of a conversation whose entry is damaged, or that an older version kept. `None` if it holds nothing."""
        changed, conversation = self._saved_at(self.conversations.file(key.visitor, key.id)), self.read(key)
        if not conversation.turns and not conversation.named:  # or so damaged that nothing of it can be read
            return None
        entry = entry_of(conversation, key.id, changed)
        with suppress(StorageFailed):  # a disk that takes nothing: the list is to be had all the same
            self._write(key, entry, words_of(conversation))
        return entry

    def _words(self, key: ConversationKey) -> str:
        try:
            return self._place(key).read_text("utf-8").partition("\n")[2]
        except (FileNotFoundError, ValueError):
            return ""

    def note(self, key: ConversationKey, conversation: Conversation) -> None:
        """It has just been saved."""
        words, before = words_of(conversation), self._before(key)
        entry = entry_of(conversation, key.id, time.time())
        if before is not None:
            same = before.turns == entry.turns and self._words(key) == words
            changed = before.changed if same else entry.changed
            entry = replace(entry, name=before.name, pinned=before.pinned, changed=changed)
        self._write(key, entry, words)

    def _before(self, key: ConversationKey) -> Entry | None:
        """The entry as it stands; nothing is made again that will be written anyway."""
        try:
            with self._place(key).open(encoding="utf-8") as file:
                return Entry.from_line(file.readline())
        except (FileNotFoundError, ValueError):
            return None

    def change(self, key: ConversationKey, *, name: str | None = None, pinned: bool | None = None) -> None:
        """Rename it, by the empty name back to its first question, or pin it; one that is gone stays gone."""
        if (entry := self.entry(key)) is None:
            return
        name = entry.name if name is None else name_of(name)
        self._write(key, replace(entry, name=name, pinned=entry.pinned if pinned is None else pinned), self._words(key))

    def delete(self, key: ConversationKey, *, regret: bool = True) -> Entry | None:
        """What it was called; for ten minutes it can be brought back, the visitor's last one. `None` if it was gone."""
        entry, places = self.entry(key), (self.conversations.file(key.visitor, key.id), self._place(key))
        with failures():
            if entry is not None and regret:
                files = tuple((place, place.read_bytes()) for place in places if place.exists())
                self._deleted.put(key.visitor, _Deleted(entry, files))
            self._place(key).unlink(missing_ok=True)
        self.conversations.delete(key.visitor, key.id)
        return entry

    def restore(self, visitor: str) -> Entry | None:
        """Bring back what the visitor deleted last; `None` where there is nothing, or it is too late."""
        if (deleted := self._deleted.get(visitor)) is None:
            return None
        with failures():
            self.conversations.folder(visitor).mkdir(mode=0o700, parents=True, exist_ok=True)
        for place, content in deleted.files:
            if not place.exists():  # else somebody has gone on under this id
                replace_file(place, content)
        self._deleted.pop(visitor)  # where the disk did not take it, it can still be brought back
        return deleted.entry

    def forget(self, visitor: str) -> None:
        """Nothing of the visitor's can be brought back any more."""
        self._deleted.pop(visitor)

    def make_room(self, key: ConversationKey) -> None:
        """Before a conversation is saved. Raises `RequestLimit("conversations")` where only pinned ones are left."""
        sizes = {name: self._size(key.visitor, name) for name in self.conversations.ids(key.visitor)}
        if not self._too_many(sizes, key.id):
            return
        for one in self._oldest(key.visitor, sizes.keys() - {key.id}):
            self.delete(ConversationKey(key.visitor, one), regret=False)
            del sizes[one]
            if not self._too_many(sizes, key.id):
                return
        raise RequestLimit("conversations", limit=self.bounds.conversations)

    def _oldest(self, visitor: str, names: Iterable[str]) -> list[str]:
        """Those that may go, first what holds nothing."""
        entries = {name: self.entry(ConversationKey(visitor, name)) for name in names}
        free = {name: one for name, one in entries.items() if one is None or not one.pinned}
        return sorted(free, key=lambda name: (one.turns > 0, one.changed) if (one := free[name]) else (False, 0.0))

    def _too_many(self, sizes: dict[str, int], coming: str) -> bool:
        return len({*sizes, coming}) > self.bounds.conversations or sum(sizes.values()) > self.bounds.bytes

    @staticmethod
    def _saved_at(file: Path) -> float:
        try:
            return file.stat().st_mtime
        except FileNotFoundError:  # deleted this moment
            return 0.0

    def _size(self, visitor: str, name: str) -> int:
        try:
            return self.conversations.file(visitor, name).stat().st_size
        except FileNotFoundError:
            return 0

    def _place(self, key: ConversationKey) -> Path:
        return self.conversations.others(key.visitor) / f"{key.id}.entry"

    def _write(self, key: ConversationKey, entry: Entry, words: str) -> None:
        replace_file(self._place(key), f"{entry.to_line()}\n{words}".encode())
