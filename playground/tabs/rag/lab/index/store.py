"""What keeps the vectors of collections, whichever it is: a file of this computer's each, or a Chroma server.

Every visitor, embedding model and cut has a collection of its own, named by hashes. Nothing is in it that the texts
cannot restore.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, dimensions), each of length 1."""

PREFIX = "aula-"
"""How the names of this program's collections begin: a Chroma server may hold others."""


@dataclass(frozen=True, slots=True)
class Key:
    """Whose collection, and of which space."""

    owner: str
    space: str

    @property
    def name(self) -> str:
        return f"{owner_prefix(self.owner)}{sha256(self.space.encode()).hexdigest()[:16]}"


def owner_prefix(owner: str) -> str:
    """How the names of all collections of a visitor begin. A hash: names are listed in logs and by servers."""
    return f"{PREFIX}{sha256(owner.encode()).hexdigest()[:24]}-"


class VectorStore(Protocol):
    """Collections by name, from any thread; each call blocks. All of it raises `StorageFailed`. See `VectorIndex`."""

    def add(self, name: str, ids: Sequence[str], vectors: Vectors, documents: Sequence[str]) -> None: ...

    def delete(self, name: str, ids: Sequence[str]) -> None: ...

    def delete_document(self, name: str, digest: str) -> None: ...

    def renew(self, name: str) -> None: ...

    def forget(self, prefix: str) -> None: ...

    def keep(self, prefixes: Collection[str]) -> int: ...

    def size(self, prefix: str) -> int: ...

    def ids(self, name: str) -> set[str]: ...

    def vectors(self, name: str, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]: ...

    def nearest(
        self, name: str, vector: Vectors, n: int, within: Sequence[str], without: Sequence[str]
    ) -> list[tuple[str, float]]: ...

    def close(self) -> None: ...
