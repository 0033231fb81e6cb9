"""The visitors' collections: the documents of each as an embedding model sees them, in order and complete."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from playground.asking.pump import pump
from playground.asking.threads import run_to_end
from playground.tabs.rag.lab.index.collection import FILE, Collection
from playground.tabs.rag.lab.index.vectors import VectorIndex
from playground.tabs.rag.visit.values import Indexing, RetrievalSetup
from playground.visitors import Conversations
from playground.visitors.reach import Reach


@dataclass(slots=True)
class VisitorCollections:
    """A visitor's are in the visitor's own folder, the vectors in `index`."""

    reach: Reach
    conversations: Conversations
    index: VectorIndex
    _settled: set[tuple[str, str, str]] = field(default_factory=set, repr=False)
    _indexing: dict[tuple[str, str, str], Indexing] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def open(self, visitor: str, retrieval: RetrievalSetup) -> AsyncIterator[Collection]:
        """The visitor's documents as that embedding model sees them, in order and complete."""
        folder = self.conversations.folder(visitor)
        async with self.reach.embedder(visitor, retrieval.embedding) as embedder:
            collection = Collection(folder, self.index, folder.name, embedder, retrieval.cut)
            key = self._key(visitor, retrieval)
            try:
                if key not in self._settled:
                    await self._settle(collection, key)
                yield collection
            finally:
                await run_to_end(collection.close)

    async def indexing(self, visitor: str, retrieval: RetrievalSetup) -> AsyncGenerator[Indexing]:
        """Index what the documents lack: after a kill or damage, or for another model or cut. Tells how far that is,
        and nothing where there is nothing to do; whoever opens the documents meanwhile waits.

        Raises what embedding and storing raise.
        """
        if not self.begun(visitor):
            return
        key, changed = self._key(visitor, retrieval), asyncio.Event()

        async def work() -> None:
            async with self.open(visitor, retrieval):
                pass

        async with aclosing(pump(work(), lambda: self._indexing.get(key), changed)) as states:
            async for state in states:
                if state is not None:
                    yield state

    async def _settle(self, collection: Collection, key: tuple[str, str, str]) -> None:
        def note_progress(chunks: int, total: int) -> None:
            self._indexing[key] = Indexing(chunks=chunks, total=total)

        try:
            await collection.settle(note_progress)
        finally:
            self._indexing.pop(key, None)
        self._settled.add(key)

    def unsettle_others(self, visitor: str, retrieval: RetrievalSetup) -> None:
        """The same documents, as other embedding models see them, are to be looked after when they are next opened."""
        mine = self._key(visitor, retrieval)
        self._settled = {key for key in self._settled if key[0] != visitor or key == mine}

    def begun(self, visitor: str) -> bool:
        """The visitor has added something, at some time."""
        return (self.conversations.folder(visitor) / FILE).exists()

    def vector_bytes(self, visitor: str) -> int:
        """On the disk, outside of the visitor's folder. Blocks."""
        return self.index.size(self.conversations.folder(visitor).name)

    async def tidy(self) -> int:
        """Forget the vectors of visitors whose folders are gone; how many collections that were.

        Only in a folder of this page's own: a Chroma server may serve other pages too.
        """
        folders = await asyncio.to_thread(self._visitors_folders)
        return 0 if folders is None else await self.index.keep(folders)

    def _visitors_folders(self) -> list[str] | None:
        """Their names; `None` where there is no index of this page's own."""
        if self.index.folder is None or not self.index.folder.exists():
            return None
        visitors = self.conversations.home / "visitors"
        return [folder.name for folder in visitors.iterdir()] if visitors.is_dir() else []

    async def forget(self, visitor: str) -> None:
        """The vectors of all that the visitor has added."""
        self._settled = {key for key in self._settled if key[0] != visitor}
        if self.begun(visitor) or await asyncio.to_thread(self.vector_bytes, visitor) > 0:
            await self.index.forget(self.conversations.folder(visitor).name)

    def _key(self, visitor: str, retrieval: RetrievalSetup) -> tuple[str, str, str]:
        return visitor, retrieval.embedding or self.reach.embeddings()[0].ref, repr(retrieval.cut)
