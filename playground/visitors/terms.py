"""Which makers' terms a visitor has accepted. They bind whoever uses a model, so each visitor accepts them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from playground.asking.errors import ArgumentError
from playground.sqlite import failures, storage_failed
from playground.visitors.conversations import Conversations, replace_file
from playground.visitors.errors import TermsNotAccepted
from providers.catalog_row import Terms
from providers.types import ModelInfo

_FILE = "terms.json"


@dataclass(slots=True)
class Acceptances:
    """Kept in the visitor's folder, with the moment. `for_all`: those that whoever runs the page has accepted for all.

    Blocks, as all that reads or writes files.
    """

    terms: Mapping[str, Terms]
    conversations: Conversations
    for_all: frozenset[str] = frozenset()
    _known: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)
    """Of visitors with anything accepted."""
    _lock: Lock = field(default_factory=Lock, repr=False)

    def accepted(self, visitor: str, name: str) -> bool:
        """By the visitor, or for all."""
        return name in self.for_all or name in self._of(visitor)

    def accept(self, visitor: str, name: str) -> Terms:
        """Raises `ArgumentError("choice")` for terms that there are not, `StorageFailed`."""
        if name not in self.terms:
            raise ArgumentError("choice", name="terms", choices=", ".join(self.terms))
        with self._lock:
            accepted = self._read(visitor)
            accepted.setdefault(name, datetime.now(UTC).isoformat(timespec="seconds"))
            folder = self.conversations.folder(visitor)
            with failures():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(folder / _FILE, json.dumps(accepted).encode())
            self._known[visitor] = frozenset(accepted)
        return self.terms[name]

    def check(self, visitor: str, model: ModelInfo) -> None:
        """Raises `TermsNotAccepted`."""
        if model.terms is not None and not self.accepted(visitor, model.terms):
            terms = self.terms[model.terms]
            raise TermsNotAccepted(model=model.name, terms=terms.title, url=terms.url)

    def _of(self, visitor: str) -> frozenset[str]:
        with self._lock:
            if visitor not in self._known and (found := frozenset(self._read(visitor))):
                self._known[visitor] = found
            return self._known.get(visitor, frozenset())

    def _read(self, visitor: str) -> dict[str, str]:
        """What was accepted, and when; nothing of a file that cannot be read: then it is asked again."""
        try:
            found = json.loads((self.conversations.folder(visitor) / _FILE).read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        except OSError as error:
            raise storage_failed(error) from error
        return {name: when for name, when in found.items() if name in self.terms} if isinstance(found, dict) else {}
