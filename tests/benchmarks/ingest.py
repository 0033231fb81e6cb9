"""From a PDF to searchable: parsing, cutting, embedding with the default model, indexing.

`python -m tests.benchmarks.ingest [--pages 300] [--home FOLDER]`: seconds by step, and the most memory of this process
and of its parser. The goal: at most 60 s for 300 pages on two cores.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playground.asking.upload import Upload
from playground.tabs.rag.lab.documents import Document
from playground.tabs.rag.lab.index.collection import Collection
from playground.tabs.rag.lab.index.vectors import VectorIndex
from playground.tabs.rag.lab.parsing import Parsers
from providers import catalog
from providers.adapters.huggingface import connect
from providers.base import Connection, Options
from providers.embedding import Embedder, Purpose
from tests.benchmarks.documents import written
from tests.conftest import default_home

GOAL = 60


class Timed:
    """The embedder, with a clock."""

    def __init__(self, model: Embedder) -> None:
        self.info, self.model, self.prepare, self.count = model.info, model, model.prepare, model.count
        self.seconds = 0.0

    async def embed(self, texts: Sequence[str], purpose: Purpose = "passage") -> NDArray[np.float32]:
        start = time.perf_counter()
        vectors = await self.model.embed(texts, purpose)
        self.seconds += time.perf_counter() - start
        return vectors


async def measured(model: Embedder, pages: int, folder: Path) -> None:
    async for _ in model.prepare():
        pass
    content, embedder, parsers = written(pages), Timed(model), Parsers()
    kept = Collection(folder, VectorIndex.at(folder / "index"), "benchmark", embedder)
    await kept.settle()
    start = time.perf_counter()
    (parsed,) = await parsers.parse(Upload("made.pdf", content))
    assert isinstance(parsed, Document), parsed
    read = time.perf_counter()
    first = 0.0
    async for progress in kept.add(parsed):
        first = first or (time.perf_counter() if progress.chunks else 0.0)
    end = time.perf_counter()
    await parsers.aclose()
    chunks = kept.chunks()
    words, tokens = sum(len(page.text.split()) for page in parsed.pages), sum(chunk.tokens for chunk in chunks)
    print(f"{pages} pages, {words} words, {len(chunks)} chunks of {tokens / len(chunks):.0f} tokens")
    print(f"read {read - start:.1f} s, cut, written and indexed {end - read - embedder.seconds:.1f} s,", end=" ")
    print(f"embedded {embedder.seconds:.1f} s: {end - start:.1f} s in all, {first - start:.1f} s to the first batch")
    for name, whose in (("this process", resource.RUSAGE_SELF), ("its parser", resource.RUSAGE_CHILDREN)):
        print(f"most memory of {name}: {resource.getrusage(whose).ru_maxrss / 1024:.0f} MB")
    print(f"goal ({GOAL} s): {'reached' if end - start <= GOAL else 'missed'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--home", type=Path, default=default_home())
    given = parser.parse_args()
    provider = connect(Connection(provider="huggingface", models=(), options=Options(home=given.home)))
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measured(provider.embedder(catalog.load().embeddings[0]), given.pages, Path(folder)))


if __name__ == "__main__":
    main()
