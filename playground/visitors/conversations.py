"""A visitor's conversation, kept on the server so that it survives a reload and a restart."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playground.asking.errors import RequestLimit
from playground.asking.salvage import DAMAGED, keep_aside, read_rows, read_value

_FILE = "conversation.json"


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
    """One folder a visitor, named by the hash of the cookie: the disk never sees the cookie itself."""

    home: Path
    days: float = 30
    max_bytes: int = 25_000_000
    """Of one conversation: its images are part of it, in base64."""

    def folder(self, visitor: str) -> Path:
        """Where the visitor's files may be kept; made on first use by whoever writes there."""
        return self.home / "visitors" / hashlib.sha256(visitor.encode()).hexdigest()

    def load(self, visitor: str) -> dict[str, object] | None:
        """What was saved last. Of a damaged file: what can be read of its `turns`, and under `lost` how many cannot.

        One of which nothing can be read is set aside as `conversation.damaged` and counts as none.
        """
        path = self.folder(visitor) / _FILE
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            value = _what_is_left(content)
        if isinstance(value, dict):
            return value
        with contextlib.suppress(FileNotFoundError):  # another tab was faster
            path.replace(path.with_suffix(DAMAGED))
        return None

    def lost(self, visitor: str) -> bool:
        """Nothing is saved because what was could not be read: it lies aside."""
        path = self.folder(visitor) / _FILE
        return path.with_suffix(DAMAGED).exists() and not path.exists()

    def keep_aside(self, visitor: str) -> None:
        """What was saved last, as it is, beside what will be saved next; once."""
        keep_aside(self.folder(visitor) / _FILE)

    def save(self, visitor: str, value: dict[str, object]) -> None:
        """Replace what was saved, whole or not at all. Raises `RequestLimit("history")` beyond `max_bytes`."""
        content = json.dumps(value, allow_nan=False).encode()
        if len(content) > self.max_bytes:
            raise RequestLimit("history", limit=self.max_bytes)
        folder = self.folder(visitor)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(folder / _FILE)
        except BaseException:  # interrupted too, nothing half-written stays behind
            Path(name).unlink(missing_ok=True)
            raise

    def delete(self, visitor: str) -> None:
        """Delete the visitor's conversation. What else is kept for the visitor, such as runs, stays."""
        folder = self.folder(visitor)
        for file in (*folder.glob("conversation.*"), *folder.glob("*.part")):
            file.unlink(missing_ok=True)
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
