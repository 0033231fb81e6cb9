"""What version 0.1.0 kept in a Chroma database is taken over without embedding; one that ends whoever opens it ends
nobody but its reader."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from playground.tabs.rag.lab.documents import RetrievalOptions
from playground.tabs.rag.lab.index import old_chroma
from playground.tabs.rag.lab.index.store import owner_prefix
from playground.tabs.rag.lab.index.vectors import VectorIndex
from providers.adapters.scripted import ScriptedEmbedder
from tests.playground.tabs.rag.lab.stores import collection

CHUNKS = 1200
"""More than Chroma keeps outside its graph."""
ROOT = Path(__file__).parents[5]


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana's folder and the index, as 0.1.0 left them."""
    folder = tmp_path_factory.mktemp("left")
    command = [sys.executable, "-m", "tests.playground.tabs.rag.lab.old_chroma", str(folder), str(CHUNKS)]
    subprocess.run(command, cwd=ROOT, check=True)
    return folder


def _graph(index: Path) -> Path:
    return next(one for one in (index / "1").iterdir() if one.is_dir())


def _each(folder: Path, change: Callable[[bytes], bytes]) -> None:
    for path in folder.iterdir():
        path.write_bytes(change(path.read_bytes()))


def _half(path: Path) -> None:
    path.write_bytes((whole := path.read_bytes())[: len(whole) // 2])


def _hole(path: Path) -> None:
    """As one of 360 kills left it while documents were added: zeros from the middle on (there with the rest at 4 TB).
    A search of the graph follows links that are not there."""
    path.write_bytes((whole := path.read_bytes())[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))


def _sqlite(index: Path, change: Callable[[bytes], bytes]) -> None:
    path = index / "1" / "chroma.sqlite3"
    path.write_bytes(change(path.read_bytes()))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "nothing": lambda index: None,
    # A segmentation fault in chromadb 1.5.9.
    "the links have a hole": lambda index: _hole(_graph(index) / "link_lists.bin"),
    # A segmentation fault in chromadb 1.5.9.
    "the header is cut off": lambda index: _half(_graph(index) / "header.bin"),
    "the graph is gone": lambda index: shutil.rmtree(_graph(index)),
    "the graph's table is gone": lambda index: (_graph(index) / "index_metadata.pickle").unlink(),
    "the graph is empty": lambda index: _each(_graph(index), lambda _: b""),
    "the graph is cut off": lambda index: _each(_graph(index), lambda whole: whole[: len(whole) // 2]),
    "the graph is noise": lambda index: _each(_graph(index), lambda whole: os.urandom(len(whole))),
    "the database is gone": lambda index: (index / "1" / "chroma.sqlite3").unlink(),
    "the database is empty": lambda index: _sqlite(index, lambda _: b""),
    "the database is noise": lambda index: _sqlite(index, lambda whole: os.urandom(len(whole))),
    "the database is noise in its middle": lambda index: _sqlite(
        index, lambda whole: whole[:8192] + os.urandom(len(whole) // 2) + whole[8192 + len(whole) // 2 :]
    ),
}


SAMPLE = ("nothing", "the links have a hole", "the database is noise in its middle")


@pytest.mark.parametrize(
    "damage", [one if one in SAMPLE else pytest.param(one, marks=pytest.mark.long) for one in DAMAGE]
)
async def test_what_is_sound_is_taken_over_and_the_rest_embedded(left: Path, tmp_path: Path, damage: str) -> None:
    shutil.copytree(left, tmp_path, dirs_exist_ok=True)
    DAMAGE[damage](tmp_path / "index")
    index, embedder = VectorIndex.at(tmp_path / "index"), ScriptedEmbedder()
    kept = collection(tmp_path, index, embedder=embedder)
    embedded = await kept.settle()
    assert embedded == embedder.computed and (embedded == 0) == (damage == "nothing")
    chunks, vectors = await kept.vectors()
    assert len(chunks) == CHUNKS
    np.testing.assert_allclose(vectors, await embedder.embed([one.embedded_text for one in chunks]), atol=1e-6)
    found = await kept.search(chunks[600].text, RetrievalOptions(lexical=False, k=3))
    assert found.passages[0].chunk.id == chunks[600].id
    assert await kept.settle() == 0
    index.close()


async def test_all_of_it_is_taken_over_before_it_goes(left: Path, tmp_path: Path) -> None:
    shutil.copytree(left, tmp_path, dirs_exist_ok=True)
    index, embedder = VectorIndex.at(tmp_path / "index"), ScriptedEmbedder()
    assert await index.keep(["ana"]) == 0
    assert [one.name for one in (tmp_path / "index").iterdir()] == ["vectors"]
    assert await collection(tmp_path, index, embedder=embedder).settle() == 0 and embedder.computed == 0


async def test_of_a_visitor_who_is_gone_nothing_is_taken_over(left: Path, tmp_path: Path) -> None:
    shutil.copytree(left / "index", tmp_path / "index")
    assert await VectorIndex.at(tmp_path / "index").keep(["ben"]) == 1
    assert not list((tmp_path / "index").glob("**/*.*"))


async def test_what_a_visitor_has_cleared_does_not_come_back(left: Path, tmp_path: Path) -> None:
    shutil.copytree(left, tmp_path, dirs_exist_ok=True)
    index = VectorIndex.at(tmp_path / "index")
    kept = collection(tmp_path, index)
    await kept.clear()
    assert await index.ids(kept._key) == set() and kept._key.name.startswith(owner_prefix("ana"))


async def test_a_reader_that_never_ends_is_ended(left: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some half-written graphs make chromadb 1.5.9 wait for itself, for ever."""
    shutil.copytree(left, tmp_path, dirs_exist_ok=True)
    program = tmp_path / "endless.py"
    program.write_text("import threading\nthreading.Event().wait()\n")
    monkeypatch.setattr(old_chroma, "_PROGRAM", program)
    monkeypatch.setattr(old_chroma, "_SECONDS", 0.1)
    assert await collection(tmp_path, VectorIndex.at(tmp_path / "index")).settle() == CHUNKS
