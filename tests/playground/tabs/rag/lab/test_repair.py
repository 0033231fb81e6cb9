"""An index that is damaged or gone is noticed and built again from the texts; a full disk costs nothing kept."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from playground.sqlite import StorageFailed, failures
from playground.tabs.rag.lab.documents import RetrievalOptions
from playground.tabs.rag.lab.index.collection import Collection
from playground.tabs.rag.lab.index.vectors import VectorIndex
from providers.adapters.scripted import ScriptedEmbedder
from tests.playground.tabs.rag.lab.stores import added, collection, document, long_document

CHUNKS = 300
ROOT = Path(__file__).parents[5]
BUILD = """
import asyncio, sys
from pathlib import Path
from playground.tabs.rag.lab.index.vectors import VectorIndex
from tests.playground.tabs.rag.lab.stores import added, collection, long_document
folder = Path(sys.argv[1])
asyncio.run(added(collection(folder, VectorIndex.at(folder / "index")), long_document("word", int(sys.argv[2]))))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that another process has written: this one has nothing of it in memory."""
    folder = tmp_path_factory.mktemp("built")
    subprocess.run([sys.executable, "-c", BUILD, str(folder), str(CHUNKS)], cwd=ROOT, check=True)
    return folder


def _file(index: Path) -> Path:
    return next((index / "vectors").glob("*.sqlite"))


def _changed(index: Path, change: Callable[[bytes], bytes]) -> None:
    _file(index).write_bytes(change(_file(index).read_bytes()))


def _told(index: Path, statement: str) -> None:
    with closing(sqlite3.connect(_file(index), isolation_level=None)) as connection:
        connection.execute(statement)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "everything is gone": shutil.rmtree,
    "the file is gone": lambda index: _file(index).unlink(),
    "the file is empty": lambda index: _changed(index, lambda _: b""),
    "the file is cut off": lambda index: _changed(index, lambda whole: whole[: len(whole) // 2]),
    "the file is noise": lambda index: _changed(index, lambda whole: os.urandom(len(whole))),
    "the file is noise in its middle": lambda index: _changed(
        index, lambda whole: whole[:8192] + os.urandom(len(whole) // 2) + whole[8192 + len(whole) // 2 :]
    ),
    "one vector is another": lambda index: _told(
        index, "update vector set value = zeroblob(length(value)) where rowid = 150"
    ),
    "one vector is shorter": lambda index: _told(index, "update vector set value = x'00000000' where rowid = 150"),
    "one vector is none": lambda index: _told(index, "update vector set value = 1.5 where rowid = 150"),
    "two vectors are exchanged": lambda index: _told(
        index,
        "update vector set (value, crc) = (select value, crc from vector as other"
        " where other.rowid = 301 - vector.rowid) where rowid in (150, 151)",
    ),
    "a table is gone": lambda index: _told(index, "drop table vector"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
async def test_damage_is_noticed_and_repaired(built: Path, tmp_path: Path, damage: Callable[[Path], object]) -> None:
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    damage(tmp_path / "index")
    index, embedder = VectorIndex.at(tmp_path / "index"), ScriptedEmbedder()
    kept, told = collection(tmp_path, index, embedder=embedder), list[tuple[int, int]]()
    assert await kept.settle(lambda *so_far: told.append(so_far)) == CHUNKS
    assert told[-1] == (CHUNKS, CHUNKS) and [done for done, _ in told] == sorted(done for done, _ in told)
    await _searchable(kept)
    assert await kept.settle() == 0 and embedder.computed == CHUNKS + 2 * 3
    index.close()


async def _searchable(kept: Collection) -> None:
    chunks, vectors = await kept.vectors()
    assert len(chunks) == len(vectors) == CHUNKS
    for place in (0, CHUNKS // 2, CHUNKS - 1):
        found = await kept.search(chunks[place].text, RetrievalOptions(lexical=False, k=3))
        assert found.passages[0].dense_score == pytest.approx(1, abs=1e-4)
        assert (await kept.search(f"word{place}", RetrievalOptions(lexical=True))).passages


async def test_an_index_that_is_whole_is_left_alone(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    index, embedder = VectorIndex.at(tmp_path / "index"), ScriptedEmbedder()
    assert await collection(tmp_path, index, embedder=embedder).settle() == 0 and embedder.computed == 0
    index.close()


async def test_a_search_repairs_what_it_stumbles_over(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    DAMAGE["the file is noise"](tmp_path / "index")
    index = VectorIndex.at(tmp_path / "index")
    await _searchable(collection(tmp_path, index))
    index.close()


async def test_a_damaged_file_is_set_aside_and_older_ones_go(tmp_path: Path) -> None:
    for generation in (1, 2, 3):
        index = VectorIndex.at(tmp_path / "index")
        kept = collection(tmp_path, index)
        await added(kept, document("a.txt", "A kitten."))
        await kept.settle()
        assert (await kept.search("kitten", RetrievalOptions(lexical=False))).passages
        index.close()
        _file(tmp_path / "index").write_bytes(noise := str(generation).encode() * 1000)
    await kept.settle()
    assert len(list((tmp_path / "index" / "vectors").iterdir())) == 2
    assert _file(tmp_path / "index").with_suffix(".damaged").read_bytes() == noise


async def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    index = VectorIndex.server("http://127.0.0.1:9")
    kept = collection(tmp_path, index)
    with pytest.raises(StorageFailed, match="index_server"):
        await added(kept, document("a.txt", "A kitten."))
    assert kept.documents() == ()
    with pytest.raises(StorageFailed, match="index_server"):
        await kept.settle()


async def test_a_full_disk_is_told_and_the_store_stays_usable(tmp_path: Path) -> None:
    index = VectorIndex.at(tmp_path / "index")
    kept = collection(tmp_path, index)
    await added(kept, document("a.txt", "A kitten drinks milk."))
    connection = kept._texts._connection()
    pages = connection.execute("pragma page_count").fetchone()[0]
    connection.execute(f"pragma max_page_count = {pages + 20}")
    with pytest.raises(StorageFailed, match="full"):
        await added(kept, long_document("long", 300))
    assert [one.name for one in kept.documents()] == ["a.txt"]
    assert (await kept.search("kitten")).passages[0].chunk.name == "a.txt"
    await added(kept, document("b.txt", "A small dog."))
    connection.execute("pragma max_page_count = 1000000")
    await added(kept, long_document("long", 30))
    assert len(kept.documents()) == 3 and await kept.settle() == 0
    index.close()


async def test_texts_that_are_no_database(tmp_path: Path) -> None:
    (tmp_path / "ana").mkdir()
    (tmp_path / "ana" / "documents.sqlite").write_bytes(b"noise" * 1000)
    with pytest.raises(StorageFailed, match="damaged"):
        collection(tmp_path, VectorIndex.at(tmp_path / "index")).documents()


@pytest.mark.parametrize(("number", "reason"), [(28, "full"), (122, "full"), (5, None)])
def test_what_the_disk_reports(number: int, reason: str | None) -> None:
    with pytest.raises(StorageFailed) as raised, failures():
        raise OSError(number, os.strerror(number))
    assert raised.value.reason == reason
