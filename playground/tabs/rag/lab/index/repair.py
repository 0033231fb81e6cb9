"""Bringing the index into agreement with the texts: what is missing is embedded again, what is too much goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial

import numpy as np

from playground.asking.threads import run_to_end
from playground.sqlite import StorageFailed
from playground.tabs.rag.lab.chunking.split import ChunkSize, split
from playground.tabs.rag.lab.documents import Chunk
from playground.tabs.rag.lab.index.text_store import StoredDocument, TextStore
from playground.tabs.rag.lab.index.vectors import Key, VectorIndex
from providers.embedding import Embedder

AT_ONCE = 32
"""Chunks embedded at once: between two batches progress is told, and Stop is heard."""
_PROBES = 16
"""Chunks looked for in the index to see whether it is whole."""
_SAME = 0.99
"""Cosine above which a vector has found itself, or a chunk of the same text."""

Told = Callable[[int, int], None]
"""Is told how many chunks of how many are done."""


class Repair:
    """Of one collection. The lock of its folder is the caller's business."""

    def __init__(self, texts: TextStore, index: VectorIndex, key: Key, embedder: Embedder, cut: ChunkSize) -> None:
        self._texts, self._index, self._key = texts, index, key
        self._embedder, self._cut = embedder, cut

    async def embed(self, chunks: Sequence[Chunk]) -> AsyncGenerator[int]:
        """Vectors for these chunks, into the index; how many are done, after every batch."""
        for start in range(0, len(chunks), AT_ONCE):
            some = chunks[start : start + AT_ONCE]
            vectors = await self._embedder.embed([one.embedded_text for one in some], "passage")
            await self._index.add(self._key, [one.id for one in some], vectors, [one.document for one in some])
            yield start + len(some)

    async def settle(self, told: Told | None = None) -> int:
        """Finish what was broken off, cut what this space does not have, embed what the index lost, and delete what
        no text stands for. The number of chunks that were embedded."""
        uncut = [one.digest for one in await self._list_documents() if not one.ready and not one.chunks]
        if uncut:
            async for _ in self._embedder.prepare():
                pass
        for digest in uncut:
            await run_to_end(partial(self._cut_again, digest))
        chunks = await asyncio.to_thread(self._texts.chunks, None, False)
        there = await self._there(chunks)
        wanted = {one.id for one in chunks}
        await self._index.delete(self._key, sorted(there - wanted))
        missing = [one for one in chunks if one.id not in there]
        if missing and told is not None:
            told(0, len(missing))
        async for done in self.embed(missing):
            if told is not None:
                told(done, len(missing))
        for pending in await asyncio.to_thread(self._texts.pending):
            await run_to_end(partial(self._texts.acknowledge, pending))
        return len(missing)

    async def _list_documents(self) -> tuple[StoredDocument, ...]:
        return await asyncio.to_thread(self._texts.documents)

    def _cut_again(self, digest: str) -> None:
        document = self._texts.document(digest)
        self._texts.begin(document, split(document, self._embedder.count, self._cut))

    async def _there(self, chunks: Sequence[Chunk]) -> set[str]:
        """The ids in the index, which is begun anew where it is damaged."""
        try:
            there = await self._index.ids(self._key)
            if await self._whole([one for one in chunks if one.id in there]):
                return there
        except StorageFailed as error:
            if error.reason != "index":
                raise
        await self._index.renew(self._key)
        return await self._index.ids(self._key)

    async def _whole(self, chunks: Sequence[Chunk]) -> bool:
        """Whether chunks that the index lists can be found in it. It lists them even where its vectors are gone."""
        if not chunks:
            return True
        places = np.unique(np.linspace(0, len(chunks) - 1, _PROBES).astype(int))
        probes = [chunks[place].id for place in places]
        vectors = await self._index.vectors(self._key, probes)
        if len(vectors) < len(probes):
            return False
        found = [await self._index.nearest(self._key, vector, 1) for vector in vectors.values()]
        # The graph's search is approximate: one that misses itself proves nothing, half of them do.
        return sum(bool(hits) and hits[0][1] > _SAME for hits in found) > len(probes) // 2
