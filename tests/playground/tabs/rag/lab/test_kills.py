"""Kills while documents are added: nothing that was acknowledged is lost, nothing half done remains, and whoever opens
the folder next goes on."""

from __future__ import annotations

import multiprocessing
import random
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from playground.tabs.rag.lab.documents import RetrievalOptions
from playground.tabs.rag.lab.index.vectors import VectorIndex
from tests.playground.tabs.rag.lab.kill_program import add_until_killed
from tests.playground.tabs.rag.lab.stores import collection, long_document

MOST_STEPS = 12
"""After so many steps at most a process is killed: a document takes three."""
SAMPLE, MANY = 6, 200


@pytest.mark.parametrize("kills", [SAMPLE, pytest.param(MANY, marks=pytest.mark.long)])
async def test_kills_lose_nothing_acknowledged(tmp_path: Path, kills: int) -> None:
    lot, promised = random.Random(5), list[str]()
    processes = multiprocessing.get_context("forkserver")  # its processes start without importing everything again
    processes.set_forkserver_preload(["tests.playground.tabs.rag.lab.kill_program"])
    for number in range(kills):
        hearing, telling = processes.Pipe(duplex=False)
        program = processes.Process(target=add_until_killed, args=(tmp_path, 1000 * number, telling))
        program.start()
        telling.close()
        heard = [hearing.recv() for _ in range(1 + lot.randrange(MOST_STEPS))]  # its death would be an EOFError
        program.kill()
        program.join()
        promised += [name for name, acknowledged in (*heard, *_rest(hearing)) if acknowledged]
    assert len(promised) > kills / 2, "the kills came too early to show anything"

    index = VectorIndex.at(tmp_path / "index")
    kept = collection(tmp_path, index)
    await kept.settle()
    documents = kept.documents()
    assert all(one.ready and one.chunks == 40 for one in documents)
    assert {one.name for one in documents} >= set(promised)
    assert len(documents) <= len(promised) + kills  # at most one a kill was finished without having been promised
    chunks, vectors = await kept.vectors()
    assert len(chunks) == len(vectors) == 40 * len(documents)
    assert await index.ids(kept._key) == {chunk.id for chunk in chunks}
    for name in lot.sample(promised, 5):
        page = lot.randrange(40)
        text = long_document(name, 40).pages[page].text
        for ways in (RetrievalOptions(lexical=False, k=50), RetrievalOptions(dense=False)):
            found = await kept.search(text[:60], ways)
            assert any(one.chunk.name == name and one.chunk.page == page + 1 for one in found.passages) or ways.dense
    assert await kept.settle() == 0
    index.close()


def _rest(hearing: Connection) -> list[tuple[str, bool]]:
    """What it had still said."""
    heard = list[tuple[str, bool]]()
    with suppress(EOFError), hearing:
        while True:
            heard.append(hearing.recv())
    return heard
