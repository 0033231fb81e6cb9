"""Scores of rankings by hand and against definitions; ways of searching as columns of a run."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as some

from playground.measuring import Control, Plan, Snapshot, run
from playground.measuring.outcomes import outcome_from_json, outcome_to_json
from playground.measuring.statistics import wilson
from playground.tabs.rag.lab.chunking.split import ChunkSize
from playground.tabs.rag.lab.documents import Document, DocumentPage
from playground.tabs.rag.lab.measuring.columns import RetrievalMeasurement, chunk_documents, columns, items, key_of
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion
from playground.tabs.rag.lab.measuring.scores import first_rank, ndcg_at, recall_at, reciprocal_rank
from playground.tabs.rag.lab.measuring.table import recall_of, score_of, table
from providers.adapters.scripted.embedding import ScriptedEmbedder, ScriptedReranker
from tests.playground.tabs.rag.lab.labelled import GARDEN, LIBRARY, MUSEUM, PUMP

ONE = (frozenset({"c"}),)
TWO = (frozenset({"a", "b"}), frozenset({"c"}))


def test_scores_by_hand() -> None:
    ranked = ["x", "c", "a", "b"]
    assert (recall_at(ranked, ONE, 1), recall_at(ranked, ONE, 2)) == (0, 1)
    assert (recall_at(ranked, TWO, 2), recall_at(ranked, TWO, 3)) == (0.5, 1)
    assert reciprocal_rank(ranked, ONE) == reciprocal_rank(ranked, TWO) == 0.5
    assert first_rank(ranked, TWO) == 2 and first_rank(ranked, (frozenset({"z"}),)) is None
    assert ndcg_at(ranked, ONE, 5) == pytest.approx(1 / log2(3))
    best = 1 + 1 / log2(3)
    assert ndcg_at(ranked, TWO, 5) == pytest.approx((1 / log2(3) + 1 / log2(4)) / best)
    assert ndcg_at(ranked, TWO, 2) == pytest.approx(1 / log2(3) / best)


def test_the_same_quote_in_overlapping_chunks_counts_once() -> None:
    assert ndcg_at(["a", "b", "c"], (frozenset({"a", "b"}),), 5) == 1
    assert ndcg_at(["a", "b", "c"], TWO, 5) < ndcg_at(["a", "c", "b"], TWO, 5) == 1


def test_a_chunk_with_two_quotes_is_the_best_first() -> None:
    both = (frozenset({"a", "b"}), frozenset({"b", "c"}))
    assert ndcg_at(["b"], both, 5) == 1
    assert ndcg_at(["a", "c"], both, 5) < 1


names = some.sampled_from("abcdef")


@given(some.lists(names, unique=True), some.lists(some.frozensets(names, max_size=3), max_size=3), some.integers(1, 6))
def test_scores_are_parts_and_agree_on_perfection(ranked: list[str], wanted: list[frozenset[str]], k: int) -> None:
    scores = recall_at(ranked, wanted, k), reciprocal_rank(ranked, wanted), ndcg_at(ranked, wanted, k)
    assert all(0 <= score <= 1 for score in scores)
    assert (scores[0] > 0) == (scores[2] > 0)
    assert recall_at(ranked, wanted, k) <= recall_at(ranked, wanted, k + 1)


def test_intervals() -> None:
    zero_one = score_of([1, 1, 0, 1])
    assert (zero_one.low, zero_one.high) == wilson(3, 4)
    graded = score_of([0.5, 0.5, 0.5])
    assert (graded.mean, graded.low, graded.high) == (0.5, 0.5, 0.5)


def document(name: str, text: str, language: str) -> Document:
    page = DocumentPage(number=1, text=text)
    return Document(name=name, format="text", digest=name, size=len(text), pages=(page,), language=language)


DOCUMENTS = (
    document("museum.txt", MUSEUM, "en"),
    document("pump.txt", PUMP, "en"),
    document("library.txt", LIBRARY, "es"),
    document("garden.txt", GARDEN, "es"),
)


def asked(name: str, question: str, document: str, *quotes: str) -> LabelledQuestion:
    return LabelledQuestion(
        id=name, language="es" if "¿" in question else "en", question=question, document=document, quotes=quotes
    )


ASKED = (
    asked("1", "Who founded the museum?", "museum.txt", "by the botanist Clara Holm"),
    asked("2", "What does the warranty cover?", "pump.txt", "does not cover damage by frost"),
    asked("3", "¿Cuántos libros puede llevarse cada estudiante?", "library.txt", "seis libros"),
    asked("4", "¿Cuándo se plantan los tomates y cuánto tarda el compost?", "garden.txt", "en abril", "seis meses"),
    asked("5", "Where is the lighthouse?", "museum.txt", "on the northern cliff"),
)


async def measured(**more: object) -> tuple[RetrievalMeasurement, Snapshot, ScriptedEmbedder]:
    embedder = ScriptedEmbedder()
    cuttings = tuple(
        [await chunk_documents(DOCUMENTS, ChunkSize(tokens=size, overlap=5), embedder) for size in (40, 80)]
    )
    before = embedder.computed
    measuring = RetrievalMeasurement(asked=ASKED, cuttings=cuttings, embedder=embedder, **more)  # type: ignore[arg-type]
    plan = Plan(columns=columns(measuring), items=items(ASKED))
    async with aclosing(run(plan, Control())) as snapshots:
        async for snapshot in snapshots:
            final = snapshot
    embedder.computed -= before
    return measuring, final, embedder


async def test_every_way_on_every_cutting_is_a_column() -> None:
    measuring, final, embedder = await measured(
        ways=("dense", "lexical", "hybrid", "reranked"), reranker=ScriptedReranker(), k=1
    )
    assert final.failed == 0 and final.total == 8 * len(ASKED) == len(final.outcomes)
    rows = table(final.outcomes, measuring)
    assert [row.key for row in rows] == [
        key_of(way, size) for size in ("40", "80") for way in ("dense", "lexical", "hybrid", "reranked")
    ]
    lexical = next(row for row in rows if row.key == "lexical@40")
    assert (lexical.questions, lexical.lost, lexical.failed) == (4, 1, 0)
    assert lexical.scores["recall"].mean > 0.5
    assert all(0 <= row.scores[metric].low <= row.scores[metric].high <= 1 for row in rows for metric in row.scores)
    assert len(measuring.cuttings[0].chunks) > len(measuring.cuttings[1].chunks)
    assert embedder.computed <= 2 * len(ASKED), "a question is embedded once, not once a column"


async def test_columns_are_compared_with_hybrid_on_their_cutting() -> None:
    measuring, final, _ = await measured()
    for row in table(final.outcomes, measuring):
        if row.way == "hybrid":
            assert row.comparison is None
        else:
            assert row.comparison is not None and row.comparison.baseline == key_of("hybrid", row.cutting)
            assert row.comparison.items == 4 and 0 < row.comparison.p <= 1
    fixed = table(final.outcomes, measuring, baseline="dense@40")
    assert {row.comparison.baseline for row in fixed if row.comparison} == {"dense@40"}


async def test_a_table_of_one_language_and_from_outcomes_read_back() -> None:
    measuring, final, _ = await measured()
    spanish = [one for one in ASKED if one.language == "es"]
    assert {row.questions for row in table(final.outcomes, measuring, among=spanish)} == {2}
    kept = {cell: outcome_from_json(outcome_to_json(outcome)) for cell, outcome in final.outcomes.items()}
    same = [replace(row, seconds=None) for row in table(kept, measuring)]
    assert same == [replace(row, seconds=None) for row in table(final.outcomes, measuring)]


async def test_a_trace_tells_ranks_and_what_was_relevant() -> None:
    measuring, final, _ = await measured(k=3)
    for cell, outcome in final.outcomes.items():
        trace = outcome.trace
        assert isinstance(trace, dict)
        ranked, first, holding = trace["ranked"], trace["first"], trace["relevant"]
        assert isinstance(ranked, list) and isinstance(holding, list)
        assert first is None or (isinstance(first, int) and ranked[first - 1] in holding)
        assert (outcome.score is None) == (cell.item == "5") == (not holding)
    assert columns(replace(measuring, ways=("reranked",))) == ()


async def test_no_documents_cut_to_nothing() -> None:
    cutting = await chunk_documents((), ChunkSize(), ScriptedEmbedder())
    assert cutting.chunks == ()


async def test_recall_at_another_k_comes_from_the_ranks() -> None:
    measuring, final, _ = await measured(k=5)
    for row in table(final.outcomes, measuring):
        at_five, at_one = (recall_of(final.outcomes, row.key, k) for k in (5, 1))
        assert at_five == row.scores["recall"] and at_one is not None and at_one.mean <= row.scores["mrr"].mean
    assert recall_of(final.outcomes, "nothing@40", 5) is None
