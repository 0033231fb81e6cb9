"""How fast the default embedding model embeds here, beside sentence-transformers' own default, in one run.

`python -m tests.benchmarks.embedding --home FOLDER`: chunks of 256 tokens a second, the best of some rounds taken in
turn, their ratio, and how near our vectors are to those computed in 32 bits. On a machine that others use too, the
ratio of the chunks in a second of the processors' time, all threads together, says more.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from providers import catalog
from providers.adapters.huggingface import connect
from providers.adapters.huggingface.families.encoders.agreement import TEXTS
from providers.base import Connection, Options
from providers.embedding import Embedder
from tests.conftest import default_home

GOAL = 2.5


def chunks(count: int, embedder: Embedder) -> list[str]:
    """Different texts, each exactly as long as the model reads: sentences in any order, filled up with a word."""
    lot, window = random.Random(5), embedder.info.window
    made = []
    for _ in range(count):
        text = " ".join(lot.choices(TEXTS[:8], k=4))
        while embedder.count(longer := f"{text} {lot.choice(TEXTS[:8])}") <= window:
            text = longer
        made.append(text + " water" * (window - embedder.count(text)))
    return made


async def measured(home: Path, count: int, rounds: int) -> None:
    provider = connect(Connection(provider="huggingface", models=(), options=Options(home=home)))
    info = catalog.load().embeddings[0]
    embedder = provider.embedder(info)
    async for _ in embedder.prepare():
        pass
    import torch  # here, so that asking for help is quick
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(os.cpu_count() or 1)  # as is usual; the tests' own settings allow it one
    theirs = SentenceTransformer(str(home / "encoders" / info.id.replace("/", "--")), device="cpu")
    texts = chunks(count, embedder)
    assert {embedder.count(text) for text in texts} == {info.window}
    ours_rate = their_rate = ours_of_cpu = theirs_of_cpu = 0.0
    ours = reference = np.zeros((0, 0), dtype=np.float32)
    await embedder.embed(texts[:32])
    theirs.encode(texts[:32])
    for _ in range(rounds):
        start, begun = time.perf_counter(), time.process_time()
        ours = await embedder.embed(texts)
        middle, half = time.perf_counter(), time.process_time()
        reference = _normalised(theirs.encode(texts))
        end, ended = time.perf_counter(), time.process_time()
        ours_rate = max(ours_rate, count / (middle - start))
        their_rate = max(their_rate, count / (end - middle))
        ours_of_cpu = max(ours_of_cpu, count / (half - begun))
        theirs_of_cpu = max(theirs_of_cpu, count / (ended - half))
    cosines = np.sum(ours * reference, axis=1, dtype=np.float64)
    with provider._encoders.use(info, "embedding") as encoder:
        form = encoder.name if encoder is not None else "?"
    single = []
    for number in range(50):
        start = time.perf_counter()
        await embedder.embed([f"Who wrote letter number {number}, and to whom?"], "question")
        single.append(time.perf_counter() - start)
    print(f"sentence-transformers fp32  {their_rate:7.1f} chunks/s")
    print(f"ours ({form})            {ours_rate:7.1f} chunks/s")
    print(f"ratio                       {ours_rate / their_rate:7.2f}  (goal {GOAL})")
    by_cpu = ours_of_cpu / theirs_of_cpu
    print(f"ratio by processors' time   {by_cpu:7.2f}  ({ours_of_cpu:.1f} and {theirs_of_cpu:.1f} chunks a second)")
    print(f"cosine to fp32              {cosines.min():.6f} least, {cosines.mean():.6f} mean")
    usual, slow = (1000 * float(np.quantile(single, share)) for share in (0.5, 0.95))
    print(f"one question                {usual:7.1f} ms median, {slow:.1f} p95")
    await provider.aclose()


def _normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=default_home(), help="cache folder")
    parser.add_argument("--chunks", type=int, default=192)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    asyncio.run(measured(given.home, given.chunks, given.rounds))
