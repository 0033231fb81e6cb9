"""A visitor's own assistants: a system prompt, and the documents that it answers from."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from playground.asking.errors import AssistantError
from playground.asking.salvage import keep_aside, read_rows, readable
from playground.sqlite import failures
from playground.tabs.rag.lab.errors import RagLimit
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.visitors.conversations import replace_file
from providers.errors import InputError

FILE = "assistants.json"
OWN = "own-"
"""What the id of every visitor's assistant begins with."""
MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """`retrieval.ways.files` are the documents it answers from; none: all of the visitor's."""

    id: str
    name: str
    system: str
    retrieval: RetrievalSetup


_ONE: TypeAdapter[Assistant] = TypeAdapter(Assistant)
_SAVED: TypeAdapter[tuple[Assistant, ...]] = TypeAdapter(tuple[Assistant, ...])


@dataclass(frozen=True, slots=True)
class Assistants:
    """Kept in the visitor's folder."""

    folder: Path

    def list(self) -> tuple[Assistant, ...]:
        """In the order they were saved. Of a damaged file, or another version's, those that can be read."""
        return self._read()[0]

    def lost(self) -> int:
        """How many of the file's cannot be read. It is kept aside before it is written anew."""
        return self._read()[1]

    def _read(self) -> tuple[tuple[Assistant, ...], int]:
        try:
            content = (self.folder / FILE).read_bytes()
        except FileNotFoundError:
            return (), 0
        try:
            return _SAVED.validate_json(content), 0
        except ValueError:
            rows, lost = read_rows(content.decode("utf-8", "replace").partition("[")[2], "id")
            found, refused = readable(rows, _ONE.validate_python)
            return found, lost + refused

    def get(self, assistant: str) -> Assistant:
        """Raises `AssistantError("assistant")` for one that is not there."""
        for one in self.list():
            if one.id == assistant:
                return one
        raise AssistantError("assistant")

    def save(self, name: str, system: str, retrieval: RetrievalSetup) -> Assistant:
        """Keep it; one of the same name is replaced. Raises `InputError`, `RagLimit("assistants")`."""
        if not name.strip():
            raise InputError("empty")
        others = tuple(one for one in self.list() if one.name != name.strip())
        if len(others) >= MOST:
            raise RagLimit("assistants", limit=MOST)
        made = Assistant(id=f"{OWN}{secrets.token_hex(4)}", name=name.strip()[:80], system=system, retrieval=retrieval)
        self._write((*others, made))
        return made

    def forget(self, assistant: str) -> None:
        """One that is not there is no error."""
        self._write(tuple(one for one in self.list() if one.id != assistant))

    def _write(self, saved: tuple[Assistant, ...]) -> None:
        with failures():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.lost():
                keep_aside(self.folder / FILE)
        replace_file(self.folder / FILE, _SAVED.dump_json(saved))
