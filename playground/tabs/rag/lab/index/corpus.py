"""What is searched: chunks with their vectors and words, of a visitor's collection or in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from playground.tabs.rag.lab.documents import Chunk
from playground.tabs.rag.lab.index.text_store import TextStore
from playground.tabs.rag.lab.index.vectors import Key, VectorIndex
from playground.tabs.rag.lab.retrieval.lexical import Lexicon

Hits = list[tuple[str, float]]
"""Ids of chunks and their scores, best first."""


class Corpus(Protocol):
    """What is searched. `files`: digests of documents; none for all."""

    async def languages(self, files: Sequence[str] = ()) -> Mapping[str, int]:
        """Chunks by the language of their documents."""
        ...

    async def dense(self, vector: NDArray[np.float32], n: int, files: Sequence[str] = ()) -> Hits:
        """The n nearest to a vector of shape (dimensions,), by cosine."""
        ...

    async def lexical(self, question: str, language: str, n: int, files: Sequence[str] = ()) -> Hits:
        """The n best by BM25, above 0."""
        ...

    async def chunks(self, ids: Sequence[str]) -> Mapping[str, Chunk]:
        """Those that there (still) are."""
        ...

    async def vectors(self, ids: Sequence[str]) -> Mapping[str, NDArray[np.float32]]: ...


class MemoryCorpus:
    """Chunks and their vectors, shape (n, dimensions), kept nowhere: for measuring other ways of cutting."""

    def __init__(self, chunks: Sequence[Chunk], vectors: NDArray[np.float32]) -> None:
        self._chunks = {chunk.id: chunk for chunk in chunks}
        self._matrix = vectors
        self._rows = {chunk.id: row for row, chunk in enumerate(chunks)}
        self._lexicon = Lexicon(chunks)

    async def languages(self, files: Sequence[str] = ()) -> Mapping[str, int]:
        return self._lexicon.counts(files)

    async def dense(self, vector: NDArray[np.float32], n: int, files: Sequence[str] = ()) -> Hits:
        if not self._chunks:
            return []
        cosines = self._matrix @ vector
        if files:
            cosines = np.where(self._lexicon.within(files), cosines, -np.inf)
        best = np.argsort(-cosines, kind="stable")[:n]
        return [(self._lexicon.ids[row], float(cosines[row])) for row in best if np.isfinite(cosines[row])]

    async def lexical(self, question: str, language: str, n: int, files: Sequence[str] = ()) -> Hits:
        return self._lexicon.search(question, language, n, files)

    async def chunks(self, ids: Sequence[str]) -> Mapping[str, Chunk]:
        return {one: self._chunks[one] for one in ids if one in self._chunks}

    async def vectors(self, ids: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        return {one: self._matrix[self._rows[one]] for one in ids if one in self._rows}


class StoredCorpus:
    """A visitor's collection. Documents that are being added, or were broken off, are not found."""

    def __init__(self, texts: TextStore, index: VectorIndex, key: Key) -> None:
        self._texts, self._index, self._key = texts, index, key

    async def lexicon(self) -> Lexicon:
        """Of the documents as they are now."""
        return await asyncio.to_thread(self._lexicon)

    async def languages(self, files: Sequence[str] = ()) -> Mapping[str, int]:
        return (await self.lexicon()).counts(files)

    async def dense(self, vector: NDArray[np.float32], n: int, files: Sequence[str] = ()) -> Hits:
        pending = await asyncio.to_thread(self._texts.pending)
        return await self._index.nearest(self._key, vector, n, files, pending)

    async def lexical(self, question: str, language: str, n: int, files: Sequence[str] = ()) -> Hits:
        return await asyncio.to_thread(lambda: self._lexicon().search(question, language, n, files))

    async def chunks(self, ids: Sequence[str]) -> Mapping[str, Chunk]:
        return await asyncio.to_thread(self._texts.by_id, ids)

    async def vectors(self, ids: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        return await self._index.vectors(self._key, ids)

    def _lexicon(self) -> Lexicon:
        key = (self._texts.path, self._key)
        return self._index.lexicons.get(key, self._texts.version, lambda: Lexicon(self._texts.chunks()))
