"""What a tab that keeps something of its visitors lets them see and delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Remembers(Protocol):
    """Keeps something of its visitors. What a tab opens inherits it, as it does what it lends."""

    def count_remembered(self, visitor: str) -> Mapping[str, int]:
        """How many there are of what, by the key of its text (`kept.documents`). Blocks."""

    async def forget(self, visitor: str) -> None:
        """Forget what is kept of the visitor outside of the visitor's folder, which whoever calls deletes next."""
