"""One visitor's documents, searched with one embedding model. Texts are written first, vectors then, and then the
commit by which a document is kept: whatever is broken off in between is finished by `settle`, or was never promised."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from playground.asking.threads import run_to_end
from playground.sqlite import StorageFailed
from playground.tabs.rag.lab.chunking.split import ChunkSize, split
from playground.tabs.rag.lab.documents import Chunk, Document, DocumentPage, RetrievalOptions, RetrievalResult
from playground.tabs.rag.lab.index.corpus import StoredCorpus
from playground.tabs.rag.lab.index.repair import Repair, Told
from playground.tabs.rag.lab.index.text_store import StoredDocument, TextStore
from playground.tabs.rag.lab.index.vectors import Key, VectorIndex
from playground.tabs.rag.lab.retrieval.retrieve import retrieve
from providers.embedding import Embedder, EmbeddingInfo, Reranker

__all__ = ["FILE", "ChunkSize", "Collection", "IndexProgress", "StoredDocument"]

T = TypeVar("T")

FILE = "documents.sqlite"
DEFAULT, USUAL = ChunkSize(), RetrievalOptions()
_FORMAT = 1
"""Counts up when chunks are cut or named in another way, so that none of before are mistaken for new ones."""
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexProgress:
    """How far a document is: `chunks` of `total` are embedded. `acknowledged`: from now on it survives a kill."""

    name: str
    chunks: int
    total: int
    acknowledged: bool = False


class Collection:
    """`folder` is the visitor's own; `owner` names them. Cheap to make; several for one folder get along, within one
    program. All of it raises `StorageFailed`, and what the embedder raises."""

    def __init__(
        self, folder: Path, index: VectorIndex, owner: str, embedder: Embedder, cut: ChunkSize = DEFAULT
    ) -> None:
        self.folder, self.index, self.embedder = folder, index, embedder
        self.cut = cut.within(embedder.info.window)
        self._key = Key(owner, _space(embedder.info, self.cut))
        self._texts = TextStore(folder / FILE, self._key.space)
        self._repair = Repair(self._texts, index, self._key, embedder, self.cut)

    @property
    def corpus(self) -> StoredCorpus:
        return StoredCorpus(self._texts, self.index, self._key)

    async def add(self, document: Document) -> AsyncGenerator[IndexProgress]:
        """Make a document searchable. The last one told is acknowledged.

        One that is there already (by its digest) is left as it is. Another one of the same name is replaced in the
        moment of the acknowledgement. Closed before that, or failed, nothing of the document is kept.
        """
        document = _sound(document)
        async for _ in self.embedder.prepare():
            yield IndexProgress(name=document.name, chunks=0, total=0)
        async with self.index.lock(self.folder):
            there = await asyncio.to_thread(self._ready, document.digest)
            if there is not None:
                yield IndexProgress(name=document.name, chunks=there.chunks, total=there.chunks, acknowledged=True)
                return
            chunks = await asyncio.to_thread(split, document, self.embedder.count, self.cut)
            try:
                await run_to_end(partial(self._texts.begin, document, chunks))
                async with aclosing(self._repair.embed(chunks)) as embedding:
                    async for done in embedding:
                        yield IndexProgress(name=document.name, chunks=done, total=len(chunks))
                replaced = await run_to_end(partial(self._texts.acknowledge, document.digest))
            except BaseException:  # stopped too: what was begun is undone
                await self._undo(document.digest)
                raise
            for digest in replaced:
                await self._forget(digest, await asyncio.to_thread(self._texts.spaces))
            yield IndexProgress(name=document.name, chunks=len(chunks), total=len(chunks), acknowledged=True)

    async def remove(self, digest: str) -> None:
        """From the texts, and from the indexes of all models. One that is not there is no error."""
        async with self.index.lock(self.folder):
            spaces = await asyncio.to_thread(self._texts.spaces)
            await run_to_end(partial(self._texts.remove, digest))
            await self._forget(digest, spaces)

    async def clear(self) -> None:
        """Remove all documents, and every index of theirs."""
        async with self.index.lock(self.folder):
            await run_to_end(self._texts.clear)
            await self.index.forget(self._key.owner)

    async def settle(self, told: Told | None = None) -> int:
        """To be called when documents are opened, or another model or cut is chosen: finish what was broken off, embed
        what the index does not have, or has lost. The number of chunks that were embedded; `told` hears of each batch.
        """
        async with self.index.lock(self.folder):
            return await self._repair.settle(told)

    def documents(self) -> tuple[StoredDocument, ...]:
        return self._texts.documents()

    def document(self, digest: str) -> Document:
        """Raises `UnknownDocument("document")`."""
        return self._texts.document(digest)

    def page(self, digest: str, number: int) -> DocumentPage:
        """Raises `UnknownDocument("document")`."""
        return self._texts.page(digest, number)

    def chunks(self, digest: str | None = None) -> tuple[Chunk, ...]:
        """Those that are searched, of one document or of all, in the documents' order."""
        return self._texts.chunks(digest)

    async def search(
        self, question: str, ways: RetrievalOptions = USUAL, reranker: Reranker | None = None
    ) -> RetrievalResult:
        """See `retrieve`. An index that turns out to be damaged is repaired first."""
        return await self._repaired(lambda: retrieve(self.corpus, self.embedder, question, ways, reranker))

    async def vectors(self) -> tuple[tuple[Chunk, ...], NDArray[np.float32]]:
        """All chunks that are searched, and their vectors, shape (n, dimensions). Repairs a damaged index too."""
        chunks = await asyncio.to_thread(self._texts.chunks)
        found = await self._repaired(lambda: self.index.vectors(self._key, [one.id for one in chunks]))
        there = tuple(one for one in chunks if one.id in found)
        if not there:
            return (), np.zeros((0, self.embedder.info.dimensions or 0), np.float32)
        return there, np.stack([found[one.id] for one in there])

    async def _repaired(self, reading: Callable[[], Awaitable[T]]) -> T:
        try:
            return await reading()
        except StorageFailed as error:
            if error.reason != "index":
                raise
        await self.settle()
        return await reading()

    def close(self) -> None:
        """Close the file of the texts. It is opened again where needed."""
        self._texts.close()

    def _ready(self, digest: str) -> StoredDocument | None:
        return next((one for one in self._texts.documents() if one.digest == digest and one.ready), None)

    async def _undo(self, digest: str) -> None:
        """The commit counts: vectors that cannot be deleted now are found by nobody, and go when it is settled."""
        if await run_to_end(partial(self._texts.undo, digest)):
            await self._forget(digest, (self._key.space,))

    async def _forget(self, digest: str, spaces: Sequence[str]) -> None:
        for space in spaces:
            with suppress(StorageFailed):  # see `_undo`
                await self.index.delete_document(Key(self._key.owner, space), digest)


def _space(info: EmbeddingInfo, cut: ChunkSize) -> str:
    """Vectors are alike only by the same model, revision and cut."""
    prefix = sha256(info.passage_prefix.encode()).hexdigest()[:8]
    return f"{_FORMAT} {info.ref} {info.revision or ''} {prefix} {cut.tokens} {cut.overlap}"


def _sound(document: Document) -> Document:
    """Half characters, which no file can hold, become the mark for that; every offset stays."""
    pages = tuple(replace(page, text=_HALF.sub("\N{REPLACEMENT CHARACTER}", page.text)) for page in document.pages)
    return replace(document, name=_HALF.sub("\N{REPLACEMENT CHARACTER}", document.name), pages=pages)
