"""Retrieve passages: by meaning, by words, or both fused; then, if wanted, reranked and made diverse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from playground.asking.errors import ArgumentError
from playground.tabs.rag.lab.documents import Note, Passage, RetrievalOptions, RetrievalResult
from playground.tabs.rag.lab.index.corpus import Corpus, Hits
from playground.tabs.rag.lab.retrieval.balance import Balance, balance
from playground.tabs.rag.lab.retrieval.diversity import diversify
from playground.tabs.rag.lab.retrieval.fusion import fuse
from playground.tabs.rag.lab.retrieval.question_language import question_language
from providers.embedding import Embedder, Reranker
from providers.errors import InputError

CANDIDATES = 50
"""Found by each way, before anything is fused or reranked."""
RERANKED = 20
"""The best of them that a reranker reads, and among which diverse ones are chosen, at least."""


async def retrieve(
    corpus: Corpus, embedder: Embedder, question: str, ways: RetrievalOptions, reranker: Reranker | None = None
) -> RetrievalResult:
    """The `ways.k` best passages, each with the ranks and scores of all steps that saw it.

    Raises `InputError("empty")` for a question without text, "choice" where no way is on, and what the models raise.
    `ways.rerank` without a reranker does nothing.
    """
    if not question.strip():
        raise InputError("empty")
    if not (ways.dense or ways.lexical) or ways.k < 1:
        raise ArgumentError("choice")
    return await _Retrieval(corpus, embedder, question, ways).run(reranker)


@dataclass(slots=True)
class _Retrieval:
    """One search on its way. `dense` and `lexical` are what these ways found, best first."""

    corpus: Corpus
    embedder: Embedder
    question: str
    ways: RetrievalOptions
    language: str = ""
    vector: NDArray[np.float32] | None = None
    dense: Hits = field(default_factory=list)
    lexical: Hits = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    async def run(self, reranker: Reranker | None) -> RetrievalResult:
        documents = await self.corpus.languages(self.ways.files)
        self.language = await asyncio.to_thread(question_language, self.question, documents)
        await self._embed()
        await asyncio.gather(self._by_meaning(), self._by_words())
        weighed = self._weigh(documents)
        with self._time("fuse"):
            passages = await self._fuse(weighed.weight)
        if self.ways.rerank and reranker is not None:
            with self._time("rerank"):
                passages = await self._rerank(passages, reranker)
        if self.ways.diverse:
            with self._time("diverse"):
                passages = await self._diversify(passages)
        return RetrievalResult(
            question=self.question,
            passages=tuple(replace(one, rank=rank) for rank, one in enumerate(passages[: self.ways.k], 1)),
            language=self.language,
            dense_weight=weighed.weight,
            notes=(*self.notes, *weighed.notes),
            seconds=self.seconds,
        )

    @property
    def _pool(self) -> int:
        return max(CANDIDATES, self.ways.k)

    async def _embed(self) -> None:
        if not (self.ways.dense or self.ways.diverse):
            return
        with self._time("embed"):
            try:
                self.vector = (await self.embedder.embed([self.question], "question"))[0]
            except InputError as error:
                # A question too long for this model can still be searched by its words.
                if error.reason != "window" or not self.ways.lexical:
                    raise
                self.notes.append(Note(key="question_long", values=error.values))

    async def _by_meaning(self) -> None:
        if self.ways.dense and self.vector is not None:
            with self._time("dense"):
                self.dense = await self.corpus.dense(self.vector, self._pool, self.ways.files)

    async def _by_words(self) -> None:
        if self.ways.lexical:
            with self._time("lexical"):
                self.lexical = await self.corpus.lexical(self.question, self.language, self._pool, self.ways.files)

    def _weigh(self, documents: Mapping[str, int]) -> Balance:
        if self.ways.dense and self.vector is None:
            return Balance(0.0)
        return balance(self.ways, self.embedder.info, self.language, documents)

    async def _fuse(self, weight: float) -> list[Passage]:
        """Everything found, best first, with the ranks and scores of both ways."""
        dense = {one: (rank, score) for rank, (one, score) in enumerate(self.dense, 1)}
        lexical = {one: (rank, score) for rank, (one, score) in enumerate(self.lexical, 1)}
        both = self.ways.dense and self.ways.lexical
        order = fuse(list(dense), list(lexical), weight) if both else [*self.dense, *self.lexical]
        chunks = await self.corpus.chunks([one for one, _ in order])
        passages = list[Passage]()
        for one, score in order:
            if one not in chunks:  # removed while it was being searched for
                continue
            dense_rank, dense_score = dense.get(one, (None, None))
            lexical_rank, lexical_score = lexical.get(one, (None, None))
            passages.append(
                Passage(
                    chunk=chunks[one],
                    rank=len(passages) + 1,
                    score=score,
                    dense_rank=dense_rank,
                    dense_score=dense_score,
                    lexical_rank=lexical_rank,
                    lexical_score=lexical_score,
                    fused_score=score if both else None,
                )
            )
        return passages

    async def _rerank(self, passages: list[Passage], reranker: Reranker) -> list[Passage]:
        """The best ones by the reranker's scores; whatever it has not read stays behind them."""
        read = passages[: max(RERANKED, self.ways.k)]
        if not read:
            return []
        scores = await reranker.score(self.question, [one.chunk.embedded_text for one in read])
        scored = [replace(one, score=float(s), rerank_score=float(s)) for one, s in zip(read, scores, strict=True)]
        return [*sorted(scored, key=lambda one: -one.score), *passages[len(read) :]]

    async def _diversify(self, passages: list[Passage]) -> list[Passage]:
        """By maximal marginal relevance, what counts as relevance being the score so far, stretched to end at 1."""
        considered = passages[: max(RERANKED, 4 * self.ways.k)]
        vectors = await self.corpus.vectors([one.chunk.id for one in considered])
        considered = [one for one in considered if one.chunk.id in vectors]
        if not considered:
            return passages
        scores: NDArray[np.float64] = np.maximum(np.array([one.score for one in considered]), 0)
        relevance = np.asarray(scores / max(float(scores.max()), 1e-9), dtype=np.float64)
        matrix = np.stack([vectors[one.chunk.id] for one in considered])
        chosen = diversify(relevance, matrix, self.ways.k)
        return [replace(considered[row], score=score, diverse_score=score) for row, score in chosen]

    @contextmanager
    def _time(self, step: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = time.perf_counter() - start
