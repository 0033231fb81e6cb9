"""How often is the passage with the answer found? By way of searching, length of chunks, and language.

`python -m tests.benchmarks.retrieval [--home FOLDER] [--model NAME] [--sizes 100 200 250] [--k 5] [--evidence]`

Our questions about our sample documents, searched with the default embedding model: by meaning (dense), by words
(lexical), by both as the page weighs them (hybrid), and by both in equal parts. Intervals of recall are Wilson's at
95 %, or bootstrapped where a question has several quotes; p is McNemar's exact one, against hybrid. The goal: recall@5
of hybrid is at least that of dense and of lexical, over all questions and in each language. `--evidence`: what is said
of the evidence where a question's own document is searched, and where only the others are.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from platformdirs import user_cache_path

from playground.asking.upload import Rejected
from playground.measuring import Control, Plan, run
from playground.measuring.outcomes import Outcomes
from playground.tabs.rag.lab.answering.evidence import evidence
from playground.tabs.rag.lab.chunking.split import ChunkSize
from playground.tabs.rag.lab.documents import Document, RetrievalOptions
from playground.tabs.rag.lab.measuring.columns import (
    METRICS,
    ChunkedDocuments,
    RetrievalMeasurement,
    chunk_documents,
    columns,
    items,
)
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion, sample_questions
from playground.tabs.rag.lab.measuring.table import RetrievalScores, Score, recall_of, table
from playground.tabs.rag.lab.parsing import Parsers
from playground.tabs.rag.lab.retrieval.retrieve import retrieve
from playground.tabs.rag.lab.samples import sample_documents
from playground.visitors import KeyVault
from playground.visitors.reach import Reach
from providers import catalog
from providers.base import Options
from providers.embedding import Embedder


async def documents() -> tuple[Document, ...]:
    """The sample documents, read as a visitor's are."""
    parsers, read = Parsers(), list[Document]()
    try:
        for upload in sample_documents():
            for one in await parsers.parse(upload):
                if isinstance(one, Rejected):
                    print(f"not read: {one.name}: {one.failure.key}")
                else:
                    read.append(one)
    finally:
        await parsers.aclose()
    return tuple(read)


async def outcomes_of(measuring: RetrievalMeasurement) -> Outcomes:
    """All columns on all questions."""
    plan = Plan(columns=columns(measuring), items=items(measuring.asked))
    async with aclosing(run(plan, Control())) as snapshots:
        async for snapshot in snapshots:
            final = snapshot
    return final.outcomes


def line(language: str, way: str, row: RetrievalScores, first: Score | None) -> str:
    """One row of the table; `first` is recall@1."""

    def share(score: Score | None) -> str:
        return f"{score.mean:.2f} [{score.low:.2f}, {score.high:.2f}]" if score else "–"

    it = row.comparison
    against = f"+{it.better} / −{it.worse}, p = {it.p:.3f}" if it else "–"
    scores = (first, *(row.scores.get(metric) for metric in METRICS))
    cells = (language, row.cutting, way, str(row.questions), *(share(score) for score in scores), against)
    return f"| {' | '.join(cells)} |"


async def measured(measuring: RetrievalMeasurement) -> None:
    """The table, and whether the goal is met."""
    equal = replace(measuring, ways=("hybrid",), balance=0.5)
    runs = {"": measuring, "equal": equal}
    found = {name: await outcomes_of(one) for name, one in runs.items()}
    heads = ("language", "tokens", "way", "n", "recall@1", f"recall@{measuring.k}", "MRR", f"nDCG@{measuring.k}")
    print(f"| {' | '.join(heads)} | recall, against hybrid |\n|{'---|' * (len(heads) + 1)}")
    for language in ("", *sorted({one.language for one in measuring.asked})):
        among = [one for one in measuring.asked if language in ("", one.language)]
        for name, one in runs.items():
            kept = {cell: outcome for cell, outcome in found[name].items() if cell.item in {one.id for one in among}}
            for row in table(kept, one):
                print(
                    line(language or "all", f"{row.way} {name}".strip(), row, recall_of(kept, row.key, 1)), flush=True
                )
        for cutting in measuring.cuttings:
            means = {
                row.way: row.scores["recall"].mean
                for row in table(found[""], measuring, among)
                if row.cutting == cutting.label
            }
            met = "met" if means["hybrid"] >= max(means["dense"], means["lexical"]) else "NOT met"
            print(f"goal, {language or 'all'}, {cutting.label} tokens: {met}")


async def judged(cutting: ChunkedDocuments, asked: Sequence[LabelledQuestion], embedder: Embedder) -> None:
    """The evidence for questions whose document is searched, and where only the others are."""
    digests = {chunk.name: chunk.document for chunk in cutting.chunks}
    for language in sorted({one.language for one in asked}):
        counts = Counter[tuple[bool, str]]()
        for one in asked:
            if one.language != language or one.document not in digests:
                continue
            others = tuple(digest for name, digest in digests.items() if name != one.document)
            for has, files in ((True, ()), (False, others)):
                found = await retrieve(cutting.corpus, embedder, one.question, RetrievalOptions(files=files))
                counts[has, evidence(found, embedder.info)] += 1
        for has in (True, False):
            told = ", ".join(f"{level} {counts[has, level]}" for level in ("good", "weak", "none"))
            print(f"evidence, {language}, {'with' if has else 'without'} the document: {told}")


async def all_of(given: argparse.Namespace) -> None:
    reach = Reach(catalog.load(), Options(home=given.home), KeyVault(3600))
    read, asked = await documents(), sample_questions()
    async with reach.embedder("", given.model) as embedder:
        cuttings = tuple([await chunk_documents(read, ChunkSize(tokens=size), embedder) for size in given.sizes])
        for cutting in cuttings:
            print(f"{cutting.label} tokens: {len(cutting.chunks)} chunks of {len(read)} documents")
        await measured(RetrievalMeasurement(asked=asked, cuttings=cuttings, embedder=embedder, k=given.k))
        if given.evidence:
            await judged(cuttings[len(cuttings) // 2], asked, embedder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=user_cache_path("aula", appauthor=False))
    parser.add_argument("--model", default="")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 200, 250])
    parser.add_argument("--k", type=int, default=5)
    parser.add_argument("--evidence", action="store_true")
    asyncio.run(all_of(parser.parse_args()))


if __name__ == "__main__":
    main()
