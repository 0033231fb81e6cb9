"""The vectors, in files of this computer's or on a Chroma server, as the collections of documents use them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Hashable, Sequence
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from playground.asking.threads import run_to_end
from playground.tabs.rag.lab.index.chroma_server import ChromaServer
from playground.tabs.rag.lab.index.store import Key, Vectors, VectorStore, owner_prefix
from playground.tabs.rag.lab.index.vector_files import VectorFiles
from playground.tabs.rag.lab.retrieval.lexical import Lexicons

__all__ = ["Key", "VectorIndex"]


class VectorIndex:
    """Shared by all visitors. All of it raises `StorageFailed`.

    Reasons: "index" (it is damaged), "index_server" (a server that does not answer), "full", "busy".
    """

    def __init__(self, store: VectorStore, folder: Path | None) -> None:
        self.folder = folder
        self.lexicons = Lexicons()
        self._store = store
        self._locks: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    def at(cls, folder: Path) -> VectorIndex:
        """In files in this folder."""
        return cls(VectorFiles(folder), folder)

    @classmethod
    def server(cls, url: str) -> VectorIndex:
        """On the Chroma server at `http://host:port`."""
        return cls(ChromaServer(url), None)

    def lock(self, folder: Path) -> asyncio.Lock:
        """Held by whoever changes the documents of this folder."""
        return self._locks.setdefault(folder.absolute(), asyncio.Lock())

    async def add(self, key: Key, ids: Sequence[str], vectors: Vectors, documents: Sequence[str]) -> None:
        """Write vectors (replacing those of the same ids). On return they survive a kill. `documents`: digests."""
        await run_to_end(lambda: self._store.add(key.name, ids, vectors, documents))

    async def delete(self, key: Key, ids: Sequence[str]) -> None:
        await run_to_end(lambda: self._store.delete(key.name, ids))

    async def delete_document(self, key: Key, digest: str) -> None:
        await run_to_end(lambda: self._store.delete_document(key.name, digest))

    async def renew(self, key: Key) -> None:
        """Begin a damaged collection anew, empty; it may not be there."""
        await run_to_end(lambda: self._store.renew(key.name))

    async def forget(self, owner: str) -> None:
        """All collections of a visitor, and what is in memory of them."""

        def is_theirs(key: Hashable) -> bool:
            return isinstance(key, tuple) and any(isinstance(one, Key) and one.owner == owner for one in key)

        self.lexicons.forget(is_theirs)
        await run_to_end(lambda: self._store.forget(owner_prefix(owner)))

    async def keep(self, owners: Collection[str]) -> int:
        """Forget the collections of all visitors but these; how many there were."""
        return await run_to_end(lambda: self._store.keep(tuple(owner_prefix(owner) for owner in owners)))

    def size(self, owner: str) -> int:
        """Bytes on this computer's disk of all collections of a visitor; 0 where a server keeps them. Blocks."""
        return self._store.size(owner_prefix(owner))

    async def ids(self, key: Key) -> set[str]:
        return await run_to_end(lambda: self._store.ids(key.name))

    async def vectors(self, key: Key, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Those that are there."""
        return await run_to_end(lambda: self._store.vectors(key.name, ids))

    async def nearest(
        self, key: Key, vector: Vectors, n: int, within: Sequence[str] = (), without: Sequence[str] = ()
    ) -> list[tuple[str, float]]:
        """The n nearest by cosine, best first. `within`, `without`: digests of documents. `vector`: (dimensions,)."""
        wanted = [one for one in within if one not in without]
        if within and not wanted:
            return []
        return await run_to_end(lambda: self._store.nearest(key.name, vector, n, wanted, () if wanted else without))

    def close(self) -> None:
        self._store.close()
