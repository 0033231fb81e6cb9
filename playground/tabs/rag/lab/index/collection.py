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
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from playground.asking.threads import run_to_end
from playground.sqlite import StorageFailed
from playground.tabs.rag.lab.chunking.split import ChunkSize, split
from playground.tabs.rag.lab.documents import (
    Chunk,
    Document,
    DocumentPage,
    OmissionTotal,
    RetrievalOptions,
    RetrievalResult,
    omission_totals,
)
from playground.tabs.rag.lab.index.corpus import StoredCorpus
from playground.tabs.rag.lab.index.repair import Repair, Told
from playground.tabs.rag.lab.index.rereading import join_readings, says_the_same
from playground.tabs.rag.lab.index.text_store import StoredDocument, TextStore
from playground.tabs.rag.lab.index.vectors import Key, VectorIndex
from playground.tabs.rag.lab.reading.file_names import numbered_name
from playground.tabs.rag.lab.retrieval.retrieve import retrieve
from providers.embedding import Embedder, EmbeddingInfo, Reranker

__all__ = ["FILE", "ChunkSize", "Collection", "IndexProgress", "StoredDocument"]

T = TypeVar("T")

Outcome = Literal["added", "replaced", "unchanged", "reread"]
FILE = "documents.sqlite"
DEFAULT, USUAL = ChunkSize(), RetrievalOptions()
_FORMAT = 1
"""Counts up when chunks are cut or named in another way, so that none of before are mistaken for new ones."""
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexProgress:
    """How far a document is: `chunks` of `total` are embedded. `acknowledged`: from now on it survives a kill.

    What became of it: "added"; "replaced", and one of the same name went; "unchanged", as it was there already;
    "reread", as it was there and this reading of it says more. `name` is the one that it is kept under.
    """

    name: str
    chunks: int
    total: int
    acknowledged: bool = False
    outcome: Outcome = "added"
    omissions: tuple[OmissionTotal, ...] = ()


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

    async def add(self, document: Document, *, beside: bool = False) -> AsyncGenerator[IndexProgress]:
        """Make a document searchable. The last one told is acknowledged.

        One that is there already (by its digest) is left as it is, unless this reading of it says more. Another one of
        the same name is replaced in the moment of the acknowledgement; with `beside` both stay, and this one's name
        gets a number. Closed before that, or failed, nothing of the document is kept.
        """
        document = _mend(document)
        async for _ in self.embedder.prepare():
            yield IndexProgress(name=document.name, chunks=0, total=0)
        async with self.index.lock(self.folder):
            there = await asyncio.to_thread(self._ready, document.digest)
            adding = self._new(document, beside) if there is None else self._again(there, document)
            async with aclosing(adding):
                async for progress in adding:
                    yield progress

    async def _new(self, document: Document, beside: bool) -> AsyncGenerator[IndexProgress]:
        if beside:
            taken = {one.name for one in await asyncio.to_thread(self._texts.documents)}
            document = replace(document, name=numbered_name(document.name, taken))
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
        yield _acknowledge(document, len(chunks), "replaced" if replaced else "added")

    async def _again(self, there: StoredDocument, document: Document) -> AsyncGenerator[IndexProgress]:
        """A document that is there: what this reading says more takes the place of what was read before."""
        before = await asyncio.to_thread(self._texts.document, there.digest)
        now = await asyncio.to_thread(join_readings, before, document)
        if await asyncio.to_thread(says_the_same, before, now):
            if now != before:
                await run_to_end(partial(self._texts.note, now))
            yield _acknowledge(now, there.chunks, "unchanged")
            return
        old = await asyncio.to_thread(self._texts.chunks, there.digest)
        spaces = await asyncio.to_thread(self._texts.spaces)
        chunks = await asyncio.to_thread(split, now, self.embedder.count, self.cut)
        try:
            async with aclosing(self._repair.embed(chunks)) as embedding:
                async for done in embedding:
                    yield IndexProgress(name=now.name, chunks=done, total=len(chunks))
            await run_to_end(partial(self._texts.read_anew, now, chunks))
        except BaseException:  # stopped too: unless it was committed, the reading of before stays
            if (await run_to_end(partial(self._texts.document, now.digest))).mark != now.mark:
                await self._drop(chunks)
            raise
        await self._drop(old)
        await self._forget(now.digest, [one for one in spaces if one != self._key.space])
        yield _acknowledge(now, len(chunks), "reread")

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
        return await self._read_or_repair(lambda: retrieve(self.corpus, self.embedder, question, ways, reranker))

    async def vectors(self) -> tuple[tuple[Chunk, ...], NDArray[np.float32]]:
        """All chunks that are searched, and their vectors, shape (n, dimensions). Repairs a damaged index too."""
        chunks = await asyncio.to_thread(self._texts.chunks)
        found = await self._read_or_repair(lambda: self.index.vectors(self._key, [one.id for one in chunks]))
        there = tuple(one for one in chunks if one.id in found)
        if not there:
            return (), np.zeros((0, self.embedder.info.dimensions or 0), np.float32)
        return there, np.stack([found[one.id] for one in there])

    async def _read_or_repair(self, reading: Callable[[], Awaitable[T]]) -> T:
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

    async def _drop(self, chunks: Sequence[Chunk]) -> None:
        """Their vectors, of a reading that nobody finds."""
        with suppress(StorageFailed):  # see `_undo`
            await self.index.delete(self._key, [one.id for one in chunks])

    async def _forget(self, digest: str, spaces: Sequence[str]) -> None:
        for space in spaces:
            with suppress(StorageFailed):  # see `_undo`
                await self.index.delete_document(Key(self._key.owner, space), digest)


def _space(info: EmbeddingInfo, cut: ChunkSize) -> str:
    """Vectors are alike only by the same model, revision and cut."""
    prefix = sha256(info.passage_prefix.encode()).hexdigest()[:8]
    return f"{_FORMAT} {info.ref} {info.revision or ''} {prefix} {cut.tokens} {cut.overlap}"


def _acknowledge(document: Document, chunks: int, outcome: Outcome) -> IndexProgress:
    left_out = [(page.number, one) for page in document.pages for one in page.omissions]
    return IndexProgress(
        name=document.name,
        chunks=chunks,
        total=chunks,
        acknowledged=True,
        outcome=outcome,
        omissions=omission_totals(left_out),
    )


def _mend(document: Document) -> Document:
    """Half characters, which no file can hold, become the mark for that; every offset stays."""
    pages = tuple(replace(page, text=_HALF.sub("\N{REPLACEMENT CHARACTER}", page.text)) for page in document.pages)
    return replace(document, name=_HALF.sub("\N{REPLACEMENT CHARACTER}", document.name), pages=pages)
