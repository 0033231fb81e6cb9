"""A conversation as a list of them shows it, and what it is found by."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter

from playground.tabs.chat.lab.conversation import Conversation

_TITLE = 80
"""Characters of a question that are shown as a title."""
_NAME = 200
"""Characters that a visitor's own title may have."""
_WORDS = 100_000
"""Characters of a conversation that are searched: a long evening's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`title` is the beginning of the first question, or the name of the assistant that waits for one; `name` what the
    visitor calls it; `changed` is in seconds since
    1970, and moves only where something was said or taken back."""

    id: str
    title: str
    turns: int
    changed: float
    name: str = ""
    pinned: bool = False

    @property
    def heading(self) -> str:
        """What it is called."""
        return self.name or self.title

    @property
    def listed(self) -> bool:
        """Something was asked in it, or an assistant waits for a question."""
        return bool(self.turns or self.title)

    def to_line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_line(cls, line: str) -> Entry:
        """Raises `ValueError` for another text."""
        return _ADAPTER.validate_json(line)


_ADAPTER: TypeAdapter[Entry] = TypeAdapter(Entry)


def entry_of(conversation: Conversation, id: str, changed: float) -> Entry:
    """As it is listed before a visitor has given it a name."""
    first = conversation.turns[0].question if conversation.turns else conversation.named
    return Entry(id=id, title=shorten(first, _TITLE), turns=len(conversation.turns), changed=changed)


def name_of(text: str) -> str:
    """A visitor's own title, on one line."""
    return shorten(text, _NAME)


def shorten(text: str, most: int) -> str:
    """On one line, with an ellipsis where it was cut."""
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def words_of(conversation: Conversation) -> str:
    """What was asked and answered, in whichever columns, as `fold` has it."""
    said: list[str] = []
    for turn in conversation.turns:
        said += [turn.question, *sorted(reply.text for reply in turn.replies if reply is not None)]
        if sum(map(len, said)) > _WORDS:
            break
    return fold("\n".join(said)[:_WORDS])


def fold(text: str) -> str:
    """Without case and accents, and with one blank between words: "Árbol" is found by "arbol"."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(plain.casefold().split())


def is_found(search: str, words: str) -> bool:
    """Every word of the search is in it; `words` as `fold` has them."""
    return all(one in words for one in fold(search).split())


def to_json_of_all(kept: list[tuple[Entry, Conversation]]) -> str:
    """All conversations as one file, each as its own export has it."""
    listed: list[dict[str, Any]] = [
        {"title": entry.heading, "pinned": entry.pinned, "changed": entry.changed, **conversation.to_json()}
        for entry, conversation in kept
    ]
    return json.dumps({"format": "aula.chats/1", "conversations": listed}, ensure_ascii=False, indent=2) + "\n"
