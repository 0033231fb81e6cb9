"""What is killed: a process that adds documents, and tells every step of each, and which one acknowledged it."""

from __future__ import annotations

import asyncio
from multiprocessing.connection import Connection
from pathlib import Path

import bm25s  # noqa: F401 - imported here so that the processes that are forked off have it

from playground.tabs.rag.lab.index.vectors import VectorIndex
from tests.playground.tabs.rag.lab.stores import collection, long_document


def add_until_killed(folder: Path, start: int, told: Connection) -> None:
    asyncio.run(_add(folder, start, told))


async def _add(folder: Path, start: int, told: Connection) -> None:
    kept = collection(folder, VectorIndex.at(folder / "index"))
    await kept.settle()
    told.send(("settled", False))
    for number in range(start, start + 1000):
        async for progress in kept.add(long_document(f"file{number}", 40)):
            told.send((progress.name, progress.acknowledged))
