"""Ways of retrieving as columns of a run: how often each finds the passage with the answer, and at which rank."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from playground.measuring.items import Item
from playground.measuring.outcomes import Attempt, Column, Outcome
from playground.tabs.rag.lab.chunking.split import ChunkSize, split
from playground.tabs.rag.lab.documents import Chunk, Document, RetrievalOptions, RetrievalResult
from playground.tabs.rag.lab.index.corpus import Corpus, MemoryCorpus
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion
from playground.tabs.rag.lab.measuring.relevance import relevant_chunks_by_quote
from playground.tabs.rag.lab.measuring.scores import Wanted, first_rank, ndcg_at, recall_at, reciprocal_rank
from playground.tabs.rag.lab.retrieval.retrieve import retrieve
from providers.embedding import Embedder, EmbeddingInfo, Purpose, Reranker
from providers.types import Progress

Way = Literal["dense", "lexical", "hybrid", "reranked"]
Metric = Literal["recall", "mrr", "ndcg"]
METRICS: tuple[Metric, ...] = ("recall", "mrr", "ndcg")
DEPTH = 10
"""Passages that are looked at, at least: beyond them a reciprocal rank is 0."""
_BATCH = 64
_WAYS: Mapping[Way, RetrievalOptions] = {
    "dense": RetrievalOptions(lexical=False),
    "lexical": RetrievalOptions(dense=False),
    "hybrid": RetrievalOptions(),
    "reranked": RetrievalOptions(rerank=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkedDocuments:
    """Documents cut one way, ready to be searched. `label` names it in columns: the tokens of its chunks."""

    label: str
    corpus: Corpus
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalMeasurement:
    """What is measured. Every way on every cutting is a column; "reranked" needs a reranker."""

    asked: tuple[LabelledQuestion, ...]
    cuttings: tuple[ChunkedDocuments, ...]
    embedder: Embedder
    reranker: Reranker | None = None
    ways: tuple[Way, ...] = ("dense", "lexical", "hybrid")
    k: int = 5
    balance: float | None = None
    """See `RetrievalOptions.balance`; of the ways that fuse."""


async def chunk_documents(documents: Sequence[Document], cut: ChunkSize, embedder: Embedder) -> ChunkedDocuments:
    """Documents cut and embedded, in memory. Raises what the embedder raises. Cancelling it stops between batches."""
    async for _ in embedder.prepare():
        pass
    cut = cut.within(embedder.info.window)
    chunks = [
        chunk for document in documents for chunk in await asyncio.to_thread(split, document, embedder.count, cut)
    ]
    vectors = [
        await embedder.embed([chunk.embedded_text for chunk in chunks[start : start + _BATCH]])
        for start in range(0, len(chunks), _BATCH)
    ]
    matrix = np.concatenate(vectors) if vectors else np.zeros((0, embedder.info.dimensions or 1), dtype=np.float32)
    corpus = await asyncio.to_thread(MemoryCorpus, chunks, matrix)
    return ChunkedDocuments(label=str(cut.tokens), corpus=corpus, chunks=tuple(chunks))


def key_of(way: Way, cutting: str) -> str:
    """A column's key."""
    return f"{way}@{cutting}"


def items(asked: Sequence[LabelledQuestion]) -> tuple[Item, ...]:
    """The questions as the runner takes them."""
    return tuple(Item(id=one.id, question=one.question, answer=" … ".join(one.quotes)) for one in asked)


def columns(measuring: RetrievalMeasurement) -> tuple[Column, ...]:
    """Every way on every cutting, as columns for `measuring.run` over `items`.

    `Outcome.score` is recall@k (see `scores.recall_at`), `None` for a question whose quotes no chunk holds.
    `Outcome.trace` tells the ranked chunks, the relevant ones, all metrics, and the first rank.
    """
    embedder = _RemembersQuestions(measuring.embedder)
    asked = {one.id: one for one in measuring.asked}
    ways = [way for way in measuring.ways if way != "reranked" or measuring.reranker is not None]
    return tuple(_column(measuring, cutting, way, asked, embedder) for cutting in measuring.cuttings for way in ways)


def _column(
    measuring: RetrievalMeasurement,
    cutting: ChunkedDocuments,
    way: Way,
    asked: Mapping[str, LabelledQuestion],
    embedder: _RemembersQuestions,
) -> Column:
    ways = RetrievalOptions(
        dense=_WAYS[way].dense,
        lexical=_WAYS[way].lexical,
        rerank=_WAYS[way].rerank,
        balance=measuring.balance,
        k=max(DEPTH, measuring.k),
    )

    async def run(attempt: Attempt) -> AsyncGenerator[Outcome]:
        one = asked[attempt.item.id]
        wanted = await asyncio.to_thread(relevant_chunks_by_quote, one, cutting.chunks)
        async with attempt.slots.at(embedder.info.provider) as slot:
            start = time.monotonic()
            found = await retrieve(cutting.corpus, embedder, one.question, ways, measuring.reranker)
            seconds = time.monotonic() - start
        outcome = _outcome(found, wanted, measuring.k, seconds)
        yield replace(outcome, computing=slot.seconds if embedder.info.local else None)

    key = key_of(way, cutting.label)
    return Column(key=key, label=key, provider=embedder.info.provider, run=run)


def _outcome(found: RetrievalResult, wanted: Wanted, k: int, seconds: float) -> Outcome:
    ranked = [passage.chunk.id for passage in found.passages]
    held = any(wanted)
    every = frozenset[str]().union(*wanted)
    metrics: dict[str, JsonValue] = {
        "recall": recall_at(ranked, wanted, k),
        "mrr": reciprocal_rank(ranked, wanted),
        "ndcg": ndcg_at(ranked, wanted, k),
    }
    trace: JsonValue = {
        "k": k,
        "ranked": list[JsonValue](ranked),
        "relevant": list[JsonValue](sorted(every)),
        "first": first_rank(ranked, wanted),
        "ranks": [first_rank(ranked, [holding]) for holding in wanted] if held else None,
        "language": found.language,
        "dense_weight": found.dense_weight,
        "metrics": metrics if held else None,
    }
    score = recall_at(ranked, wanted, k) if held else None
    text = found.passages[0].chunk.text if found.passages else ""
    return Outcome(text=text, score=score, calls=1, seconds=seconds, trace=trace, done=True)


class _RemembersQuestions:
    """An embedder that computes each question once for all columns: they ask the same ones."""

    def __init__(self, embedder: Embedder) -> None:
        self.info: EmbeddingInfo = embedder.info
        self._embedder = embedder
        self._asked: dict[str, NDArray[np.float32]] = {}

    async def prepare(self) -> AsyncIterator[Progress]:
        async for progress in self._embedder.prepare():
            yield progress

    def count(self, text: str) -> int:
        return self._embedder.count(text)

    async def embed(self, texts: Sequence[str], purpose: Purpose = "passage") -> NDArray[np.float32]:
        if purpose != "question" or len(texts) != 1:
            return await self._embedder.embed(texts, purpose)
        (text,) = texts
        if (vectors := self._asked.get(text)) is None:
            self._asked[text] = vectors = await self._embedder.embed(texts, purpose)
        return vectors
