"""Ways of searching as columns of the one runner: how often each finds the passage with the answer, and how high up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from playground.measuring.items import Item
from playground.measuring.outcomes import Attempt, Column, Outcome
from playground.measuring.statistics import bootstrap_mean, wilson
from playground.measuring.summary import Comparison, Outcomes, compare
from playground.tabs.rag.lab.documents import Chunk, Document, RetrievalOptions, RetrievalResult
from playground.tabs.rag.lab.index.spaces import Corpus, MemoryCorpus
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion
from playground.tabs.rag.lab.measuring.relevance import relevant_by_quote
from playground.tabs.rag.lab.measuring.scores import Wanted, first_rank, ndcg_at, recall_at, reciprocal_rank
from playground.tabs.rag.lab.reading.split import Cut, split
from playground.tabs.rag.lab.search.search import search
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
class Cutting:
    """Documents cut one way, ready to be searched. `label` names it in columns: the tokens of its chunks."""

    label: str
    space: Corpus
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalMeasurement:
    """What is measured. Every way on every cutting is a column; "reranked" needs a reranker."""

    asked: tuple[LabelledQuestion, ...]
    cuttings: tuple[Cutting, ...]
    embedder: Embedder
    reranker: Reranker | None = None
    ways: tuple[Way, ...] = ("dense", "lexical", "hybrid")
    k: int = 5
    balance: float | None = None
    """See `RetrievalOptions.balance`; of the ways that fuse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The mean of one metric over the questions, with its 95 % interval: Wilson's for values of 0 and 1, else
    bootstrapped over questions."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalScores:
    """One column of the table. `lost`: questions whose quotes no chunk holds; they are not part of the scores.

    `comparison` of recall@k with the baseline, exact McNemar; `seconds` is the mean of a search's.
    """

    key: str
    way: str
    cutting: str
    questions: int
    lost: int
    failed: int
    scores: Mapping[Metric, Score] = field(default_factory=dict)
    comparison: Comparison | None = None
    seconds: float | None = None


async def cut_documents(documents: Sequence[Document], cut: Cut, embedder: Embedder) -> Cutting:
    """Documents cut and embedded, in memory. Raises what the embedder raises. Cancelling it stops between batches."""
    async for _ in embedder.prepare():
        pass
    cut = cut.within(embedder.info.window)
    chunks = [
        chunk for document in documents for chunk in await asyncio.to_thread(split, document, embedder.count, cut)
    ]
    vectors = [
        await embedder.embed([chunk.embedded for chunk in chunks[start : start + _BATCH]])
        for start in range(0, len(chunks), _BATCH)
    ]
    matrix = np.concatenate(vectors) if vectors else np.zeros((0, embedder.info.dimensions or 1), dtype=np.float32)
    space = await asyncio.to_thread(MemoryCorpus, chunks, matrix)
    return Cutting(label=str(cut.tokens), space=space, chunks=tuple(chunks))


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
    remembering = _Remembering(measuring.embedder)
    asked = {one.id: one for one in measuring.asked}
    ways = [way for way in measuring.ways if way != "reranked" or measuring.reranker is not None]
    return tuple(_column(measuring, cutting, way, asked, remembering) for cutting in measuring.cuttings for way in ways)


def table(
    outcomes: Outcomes,
    measuring: RetrievalMeasurement,
    among: Sequence[LabelledQuestion] | None = None,
    baseline: str | None = None,
) -> tuple[RetrievalScores, ...]:
    """A row a column, over all questions or only those of `among` (one language, one document).

    The baseline is a column's key, or that of a way, then on the same cutting. Without one, "dense" and "lexical" are
    compared with "hybrid" on their cutting.
    """
    chosen = {one.id for one in (measuring.asked if among is None else among)}
    kept = {cell: outcome for cell, outcome in outcomes.items() if cell.item in chosen}
    keys = [(way, cutting.label) for cutting in measuring.cuttings for way in measuring.ways]
    present = {cell.column for cell in kept}
    return tuple(
        _row(kept, way, cutting, _against(way, cutting, baseline))
        for way, cutting in keys
        if key_of(way, cutting) in present
    )


def _against(way: Way, cutting: str, baseline: str | None) -> str | None:
    against = baseline or "hybrid"
    key = against if "@" in against else f"{against}@{cutting}"
    return None if key == key_of(way, cutting) else key


def _column(
    measuring: RetrievalMeasurement,
    cutting: Cutting,
    way: Way,
    asked: Mapping[str, LabelledQuestion],
    embedder: _Remembering,
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
        wanted = await asyncio.to_thread(relevant_by_quote, one, cutting.chunks)
        async with attempt.slots.at(embedder.info.provider):
            start = time.monotonic()
            found = await search(cutting.space, embedder, one.question, ways, measuring.reranker)
            seconds = time.monotonic() - start
        yield _outcome(found, wanted, measuring.k, seconds)

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


def _row(outcomes: Outcomes, way: Way, cutting: str, baseline: str | None) -> RetrievalScores:
    key = key_of(way, cutting)
    mine = [outcome for cell, outcome in sorted(outcomes.items()) if cell.column == key]
    whole = [outcome for outcome in mine if outcome.failure is None]
    measured = [found for outcome in whole if (found := _metrics(outcome)) is not None]
    return RetrievalScores(
        key=key,
        way=way,
        cutting=cutting,
        questions=len(measured),
        lost=len(whole) - len(measured),
        failed=len(mine) - len(whole),
        scores={metric: score_of([one[metric] for one in measured]) for metric in METRICS} if measured else {},
        comparison=compare(outcomes, key, baseline),
        seconds=fmean(outcome.seconds for outcome in whole) if whole else None,
    )


def recall_of(outcomes: Outcomes, key: str, k: int) -> Score | None:
    """A column's recall at another k, at most `DEPTH`, from the traces; `None` where nothing was measured."""
    traces = [outcome.trace for cell, outcome in sorted(outcomes.items()) if cell.column == key]
    ranks = [found for trace in traces if isinstance(trace, dict) and isinstance(found := trace.get("ranks"), list)]
    return score_of([fmean(isinstance(rank, int) and rank <= k for rank in one) for one in ranks]) if ranks else None


def score_of(values: Sequence[float]) -> Score:
    """Mean and interval of at least one value."""
    binary = all(value in (0, 1) for value in values)
    low, high = wilson(sum(values), len(values)) if binary else bootstrap_mean(values)
    return Score(mean=fmean(values), low=low, high=high)


def _metrics(outcome: Outcome) -> dict[Metric, float] | None:
    """What a trace tells, from this run or read back from a file."""
    trace = outcome.trace
    found = trace.get("metrics") if isinstance(trace, dict) else None
    if not isinstance(found, dict):
        return None
    values = {metric: found.get(metric) for metric in METRICS}
    return {metric: float(value) for metric, value in values.items() if isinstance(value, int | float)}


class _Remembering:
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
