"""Results on the screen that are drawn anew in another language: each carries a mark, by which it is found again."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Generic, Self, TypeVar

from playground.visitors import Sessions
from playground.visitors.expiring import Expiring

T = TypeVar("T")
MARK = "<!-- kept -->"
"""Ends the HTML of a result that can be had again from what was asked."""
_NAMED = re.compile(r"<!-- kept ([0-9a-f]{16}) -->$")
_HOURS = 14_400.0
_RESULTS = 400


@dataclass(frozen=True)  # no slots: Python 3.11 cannot make a frozen one of a named type then
class Redrawn(Generic[T]):
    """What was drawn last, by visitor and mark: for some hours, and a bounded number of all visitors'."""

    _kept: Expiring[T] = field(default_factory=lambda: Expiring(_HOURS, _RESULTS), repr=False)

    @classmethod
    def of(cls, sessions: Sessions) -> Self:
        """One that forgets what a visitor has deleted with everything else."""
        made = cls()
        sessions.forgetting.append(made.forget)
        return made

    def mark(self, visitor: str, result: T) -> str:
        """Keep the result. What its HTML is to end with."""
        name = secrets.token_hex(8)
        self._kept.put(f"{visitor}/{name}", result)
        return f"<!-- kept {name} -->"

    def forget(self, visitor: str) -> None:
        """All results of that visitor."""
        for name in self._kept.names():
            if name.startswith(f"{visitor}/"):
                self._kept.pop(name)

    def find(self, visitor: str, drawn: object) -> T | None:
        """The result that this HTML shows; `None` for any other."""
        found = _NAMED.search(drawn) if isinstance(drawn, str) else None
        return None if found is None else self._kept.get(f"{visitor}/{found[1]}")


def is_marked(drawn: object) -> bool:
    """The HTML is a result, and no sentence in the place of one."""
    return isinstance(drawn, str) and drawn.endswith(MARK)
