"""A visitor's conversations, kept on the server so that they survive a reload and a restart."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playground.asking.errors import ArgumentError, RequestLimit
from playground.asking.salvage import DAMAGED, keep_aside, read_rows, read_value
from playground.sqlite import failures, storage_failed

FIRST = "0" * 32
"""The conversation of whoever names none: the only one that a visitor had before there were several."""
_FIRST_FILE = "conversation.json"
_FORM = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ConversationKey:
    """Which conversation is meant: whose, which the cookie alone says, and its id, which says nothing.

    Raises `ArgumentError("choice")` for an id of another form: it names a file.
    """

    visitor: str
    id: str = FIRST

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not _FORM.fullmatch(self.id):
            raise ArgumentError("choice", name="conversation", choices="0–9, a–f (32)")


def new_conversation() -> str:
    """An id that nobody guesses."""
    return secrets.token_hex(16)


def _what_is_left(content: bytes) -> dict[str, object] | None:
    """`None` where not one turn can be read."""
    text = content.decode("utf-8", "replace")
    if (found := re.search(r'"turns"\s*:\s*\[', text)) is None:
        return None
    turns, lost = read_rows(text[found.end() :], "question")
    system = read_value(text, "system")
    return {"system": system if isinstance(system, str) else "", "turns": turns, "lost": lost} if turns else None


@dataclass(frozen=True, slots=True)
class Conversations:
    """One folder a visitor, named by the hash of the cookie: the disk never sees the cookie itself.

    The first conversation is `conversation.json` in it, where older versions kept their only one; the others lie in
    its folder `conversations`, named by their ids.
    """

    home: Path
    days: float = 30
    max_bytes: int = 25_000_000
    """Of one conversation: its images are part of it, in base64."""
    room: Callable[[str, int], None] | None = None
    """Asked before so many bytes are kept for a visitor; raises where they may not be."""

    def folder(self, visitor: str) -> Path:
        """Where the visitor's files may be kept; made on first use by whoever writes there."""
        return self.home / "visitors" / hashlib.sha256(visitor.encode()).hexdigest()

    def others(self, visitor: str) -> Path:
        """The folder of all but the first."""
        return self.folder(visitor) / "conversations"

    def file(self, visitor: str, conversation: str = FIRST) -> Path:
        """Where a conversation is kept. Raises `ArgumentError` for what is no id."""
        key = ConversationKey(visitor, conversation)
        return self.folder(visitor) / _FIRST_FILE if key.id == FIRST else self.others(visitor) / f"{key.id}.json"

    def ids(self, visitor: str) -> list[str]:
        """Of all that are kept, in no order."""
        others = self.others(visitor)
        found = [file.stem for file in others.glob("*.json")] if others.is_dir() else []
        first = [FIRST] if self.file(visitor).exists() else []
        return [*first, *(name for name in found if _FORM.fullmatch(name))]

    def load(self, visitor: str, conversation: str = FIRST) -> dict[str, object] | None:
        """What was saved last. Of a damaged file: what can be read of its `turns`, and under `lost` how many cannot.

        One of which nothing can be read is set aside, named `.damaged`, and counts as none.
        """
        path = self.file(visitor, conversation)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise storage_failed(error) from error
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            value = _what_is_left(content)
        if isinstance(value, dict):
            return value
        with contextlib.suppress(FileNotFoundError):  # another tab was faster
            path.replace(path.with_suffix(DAMAGED))
        return None

    def unreadable(self, visitor: str) -> int:
        """How many conversations lie aside because nothing of them could be read."""
        first, others = self.file(visitor), self.others(visitor)
        aside = [first.with_suffix(DAMAGED), *(others.glob(f"*{DAMAGED}") if others.is_dir() else ())]
        return sum(one.exists() and not one.with_suffix(".json").exists() for one in aside)

    def lost(self, visitor: str, conversation: str = FIRST) -> bool:
        """Nothing is saved because what was could not be read: it lies aside."""
        path = self.file(visitor, conversation)
        return path.with_suffix(DAMAGED).exists() and not path.exists()

    def keep_aside(self, visitor: str, conversation: str = FIRST) -> None:
        """What was saved last, as it is, beside what will be saved next; once."""
        with failures():
            keep_aside(self.file(visitor, conversation))

    def save(self, visitor: str, value: dict[str, object], conversation: str = FIRST) -> None:
        """Replace what was saved, whole or not at all.

        Raises `RequestLimit("history")` beyond `max_bytes`, `StorageFailed`, and what `room` raises.
        """
        content = json.dumps(value, allow_nan=False).encode()
        if len(content) > self.max_bytes:
            raise RequestLimit("history", limit=self.max_bytes)
        if self.room is not None:
            self.room(visitor, len(content))
        with failures():
            self.folder(visitor).mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(self.file(visitor, conversation), content)

    def delete(self, visitor: str, conversation: str = FIRST) -> None:
        """Delete a conversation. What else is kept for the visitor, such as runs, stays."""
        path = self.file(visitor, conversation)
        with failures():
            for file in path.parent.glob(f"{path.stem}.*"):
                file.unlink(missing_ok=True)
        for folder in (self.others(visitor), self.folder(visitor)):
            with contextlib.suppress(OSError):  # something else is kept there, or nothing ever was
                folder.rmdir()

    def sweep(self) -> int:
        """Delete what nobody touched for `days`; the number of visitors deleted."""
        oldest, deleted = time.time() - self.days * 86_400, 0
        visitors = self.home / "visitors"
        for folder in filter(Path.is_dir, visitors.iterdir()) if visitors.is_dir() else ():
            if max((file.stat().st_mtime for file in (folder, *folder.rglob("*"))), default=0) < oldest:
                shutil.rmtree(folder, ignore_errors=True)
                deleted += 1
        return deleted


def replace_file(path: Path, content: bytes) -> None:
    """Write it whole or not at all, in a folder that is made where it is missing; for the owner alone.

    Raises `StorageFailed`.
    """
    with failures():
        _replace_file(path, content)


def _replace_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:  # interrupted too, nothing half-written stays behind
        Path(name).unlink(missing_ok=True)
        raise
