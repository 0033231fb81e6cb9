"""A visitor's documents: added, searched, asked about, looked into: the labs, the models and the visitor joined."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field, replace

from playground.asking.lending import Ground, KeepsAssistants, Search, SearchesDocuments
from playground.asking.pump import follow
from playground.asking.upload import Upload
from playground.settings import Settings
from playground.tabs.rag.lab.bounds import MB, DocumentBounds
from playground.tabs.rag.lab.documents import Chunk, DocumentPage, RetrievalOptions, RetrievalResult
from playground.tabs.rag.lab.errors import UnknownDocument
from playground.tabs.rag.lab.index.collection import FILE, Collection
from playground.tabs.rag.lab.index.projection import Projection, neighbours, project
from playground.tabs.rag.lab.index.text_store import StoredDocument, TextStore
from playground.tabs.rag.lab.index.vectors import VectorIndex
from playground.tabs.rag.lab.parsing import Parsers
from playground.tabs.rag.lab.samples import sample_documents
from playground.tabs.rag.visit.adding import Adding
from playground.tabs.rag.visit.assistants import Assistant, Assistants
from playground.tabs.rag.visit.grounding import DocumentGround
from playground.tabs.rag.visit.values import Admission, Answered, Ingest, RetrievalSetup
from playground.tabs.rag.visit.visitor_collections import VisitorCollections
from playground.visitors import Sessions
from playground.visitors.expiring import Expiring
from playground.visitors.reach import Reach
from playground.visitors.remembering import Remembers
from providers.embedding import EmbeddingInfo, RerankerInfo
from providers.types import Progress

_USUAL = Admission()
_TOLD = 3
"""Passages that a search of a strategy's tells."""
_SECONDS = 14_400.0
"""How long a conversation about documents is kept that nobody continues."""


def bounds_of(settings: Settings) -> DocumentBounds:
    """What reading a visitor's document may cost."""
    return DocumentBounds(
        memory=int(settings.document_memory_mb * MB), seconds=settings.document_seconds, file_bytes=settings.max_body
    )


@dataclass(slots=True)
class RagVisits(SearchesDocuments, KeepsAssistants, Remembers):
    """`most` bounds the documents of a visitor. What a visitor added is in the visitor's own folder and collection."""

    reach: Reach
    sessions: Sessions
    index: VectorIndex
    parsers: Parsers
    most: int = 200
    said: Expiring[tuple[Answered, ...]] = field(default_factory=lambda: Expiring(_SECONDS, 500), repr=False)
    _left: Expiring[tuple[Answered, ...]] = field(default_factory=lambda: Expiring(_SECONDS, 500), repr=False)
    collections: VisitorCollections = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.collections = VisitorCollections(self.reach, self.sessions.conversations, self.index)

    def embeddings(self) -> tuple[EmbeddingInfo, ...]:
        """The embedding models to choose from, the default first."""
        return self.reach.embeddings()

    def rerankers(self) -> tuple[RerankerInfo, ...]:
        """The rerankers to choose from."""
        return self.reach.rerankers()

    def samples(self) -> tuple[Upload, ...]:
        """Documents of the project's own to try."""
        return sample_documents()

    async def add(
        self, visitor: str, uploads: Sequence[Upload], retrieval: RetrievalSetup, admission: Admission = _USUAL
    ) -> AsyncGenerator[Ingest]:
        """Read, cut, embed and keep, file by file; the last value says what became of each.

        Files of one name that come together are told apart by numbers. What was acknowledged stays, also when this is
        stopped or closed. Raises what loading an embedding model raises.
        """
        latest = Ingest(total=len(uploads))
        async with self.sessions.work.at(visitor, "rag-add") as control:
            await asyncio.to_thread(self.sessions.storage.check, visitor, sum(len(one.content) for one in uploads))
            adding = follow(self._adding(visitor, uploads, retrieval, admission), latest, control.stopping)
            async with aclosing(adding):
                async for latest in adding:
                    yield latest
            yield replace(latest, progress=None, done=True, stopped=control.stopped)

    async def _adding(
        self, visitor: str, uploads: Sequence[Upload], retrieval: RetrievalSetup, admission: Admission
    ) -> AsyncGenerator[Ingest]:
        state = Ingest(total=len(uploads))
        async with aclosing(self.collections.indexing(visitor, retrieval)) as indexing:
            async for so_far in indexing:
                yield replace(state, indexing=so_far)
        async with self.collection(visitor, retrieval) as collection:
            async for progress in collection.embedder.prepare():
                yield replace(state, progress=progress)
            adding = Adding(collection, admission, self.most)
            for upload in uploads:
                state = replace(state, name=upload.name, pages=0, chunks=0, chunk_total=0)
                yield state
                for parsed in await self.parsers.parse(upload, admission.ocr, adding.wanted_member(upload)):
                    async with aclosing(adding.add(parsed, state)) as states:
                        async for state in states:
                            yield state
                state = replace(state, files=state.files + 1)
                yield state
        self.collections.unsettle_others(visitor, retrieval)

    async def documents(self, visitor: str, retrieval: RetrievalSetup) -> tuple[StoredDocument, ...]:
        """What the visitor has added, by name. A visitor without any gets no file."""
        if not self.collections.begun(visitor):
            return ()
        async with self.collection(visitor, retrieval) as collection:
            return await asyncio.to_thread(collection.documents)

    async def remove(self, visitor: str, digest: str, retrieval: RetrievalSetup) -> None:
        """Forget a document, its text and its chunks. One that is not there is no error."""
        async with self.collection(visitor, retrieval) as collection:
            await collection.remove(digest)
        self.collections.unsettle_others(visitor, retrieval)

    async def page(self, visitor: str, digest: str, number: int, retrieval: RetrievalSetup) -> DocumentPage:
        """Raises `UnknownDocument("document")` for one that is not the visitor's."""
        async with self.collection(visitor, retrieval) as collection:
            return await asyncio.to_thread(collection.page, digest, number)

    async def chunks(self, visitor: str, digest: str | None, retrieval: RetrievalSetup) -> tuple[Chunk, ...]:
        """The chunks of one document or of all, in their order."""
        async with self.collection(visitor, retrieval) as collection:
            return await asyncio.to_thread(collection.chunks, digest)

    async def search(self, visitor: str, question: str, retrieval: RetrievalSetup) -> RetrievalResult:
        """The passages found. Raises `UnknownDocument("documents")` where there is nothing to search in."""
        async with (
            self.sessions.work.at(visitor, "rag-search", counted=False),
            self.collection(visitor, retrieval) as collection,
        ):
            return await self.find(visitor, collection, question, retrieval)

    async def document_search(self, visitor: str) -> Search | None:
        """A search over the visitor's documents for the strategies of the Prompting tab; `None` without documents."""
        if not await self.documents(visitor, RetrievalSetup()):
            return None

        async def search(query: str) -> tuple[str, ...]:
            async with self.collection(visitor, RetrievalSetup()) as collection:
                found = await collection.search(query, RetrievalOptions(k=_TOLD))
            return tuple(passage.chunk.embedded_text for passage in found.passages)

        return search

    async def find(
        self, visitor: str, collection: Collection, question: str, retrieval: RetrievalSetup
    ) -> RetrievalResult:
        """`search` within a collection that is open."""
        if not await asyncio.to_thread(collection.documents):
            raise UnknownDocument("documents")
        if not retrieval.ways.rerank:
            return await collection.search(question, retrieval.ways)
        async with self.reach.reranker(visitor, retrieval.reranker or "") as reranker:
            return await collection.search(question, retrieval.ways, reranker)

    async def map(self, visitor: str, question: str, retrieval: RetrievalSetup) -> tuple[tuple[Chunk, ...], Projection]:
        """All chunks in the plane, and the question among them, where there is one."""
        async with self.collection(visitor, retrieval) as collection:
            chunks, vectors = await collection.vectors()
            if len(chunks) < 2:
                raise UnknownDocument("documents")
            asked = (await collection.embedder.embed([question], "question"))[0] if question.strip() else None
            return chunks, await asyncio.to_thread(project, vectors, asked)

    async def neighbours(
        self, visitor: str, chunk: str, k: int, retrieval: RetrievalSetup
    ) -> tuple[tuple[Chunk, float], ...]:
        """The chunks nearest to a chunk, with their cosine. Raises `UnknownDocument("document")` for an unknown one."""
        async with self.collection(visitor, retrieval) as collection:
            chunks, vectors = await collection.vectors()
            row = next((row for row, one in enumerate(chunks) if one.id == chunk), None)
            if row is None:
                raise UnknownDocument("document")
            return tuple((chunks[near], cosine) for near, cosine in neighbours(vectors, row, k))

    def turns(self, visitor: str) -> tuple[Answered, ...]:
        """What was asked so far."""
        return self.said.get(visitor) or ()

    def clear(self, visitor: str) -> None:
        """Begin anew; the documents stay. See `undo_clear`."""
        self.stop(visitor)
        if before := self.turns(visitor):
            self._left.put(visitor, before)
        self.said.pop(visitor)

    def undo_clear(self, visitor: str) -> None:
        """Back to the conversation that was left last, as long as nothing was asked since."""
        if not self.turns(visitor) and (before := self._left.get(visitor)):
            self.said.put(visitor, before)

    def stop(self, visitor: str, place: str = "ask") -> None:
        """End the work at "ask", "add", "measure" or "propose" at once; what is there stays."""
        self.sessions.work.stop(visitor, f"rag-{place}")

    def assistants(self, visitor: str) -> Assistants:
        """The visitor's own assistants."""
        return Assistants(self.sessions.conversations.folder(visitor))

    def own_assistants(self, visitor: str) -> tuple[Assistant, ...]:
        """Lent to other tabs, as the next two: see `playground.asking.lending.KeepsAssistants`."""
        return self.assistants(visitor).list()

    def own_assistant(self, visitor: str, assistant: str) -> Assistant:
        return self.assistants(visitor).get(assistant)

    def ground(self, visitor: str, assistant: str, language: str) -> Ground:
        return DocumentGround(self, visitor, self.own_assistant(visitor, assistant), language)

    def count_remembered(self, visitor: str) -> Mapping[str, int]:
        """See `playground.visitors.remembering.Remembers`."""
        documents = 0
        if self.collections.begun(visitor):
            store = TextStore(self.sessions.conversations.folder(visitor) / FILE, "")
            try:
                documents = len(store.documents())
            finally:
                store.close()
        return {"documents": documents, "assistants": len(self.own_assistants(visitor))}

    async def forget(self, visitor: str) -> None:
        """As `count_remembered`: the vectors, and what was said about the documents."""
        self.said.pop(visitor)
        self._left.pop(visitor)
        await self.collections.forget(visitor)

    async def preparing(self, visitor: str, embedding: str) -> AsyncGenerator[Progress]:
        """Make an embedding model ready, telling how far it is. Raises `PlaygroundError`s."""
        async with self.reach.embedder(visitor, embedding) as embedder:
            async for progress in embedder.prepare():
                yield progress

    def collection(self, visitor: str, retrieval: RetrievalSetup) -> AbstractAsyncContextManager[Collection]:
        """The visitor's documents as that embedding model sees them: see `VisitorCollections.open`."""
        return self.collections.open(visitor, retrieval)
