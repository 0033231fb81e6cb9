"""Vectors in files of this computer: all of them are searched, and what is noise is noticed."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from playground.tabs.rag.lab.errors import IndexFailed
from playground.tabs.rag.lab.index.store import Vectors
from playground.tabs.rag.lab.index.vector_files import VectorFiles

NAME = "aula-0-0"
CHUNKS, FILES = 300, 5


def drawn(count: int = CHUNKS, seed: int = 5) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, 24)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def filled(folder: Path, vectors: Vectors) -> VectorFiles:
    files = VectorFiles(folder)
    documents = [f"file{row % FILES}" for row in range(len(vectors))]
    files.add(NAME, [f"chunk{row}" for row in range(len(vectors))], vectors, documents)
    return files


@pytest.mark.parametrize(("within", "without"), [((), ()), (("file1", "file3", "none"), ()), ((), ("file0", "none"))])
@pytest.mark.parametrize("n", [1, 10, CHUNKS, 2 * CHUNKS])
def test_the_nearest_are_the_nearest(tmp_path: Path, n: int, within: tuple[str, ...], without: tuple[str, ...]) -> None:
    vectors, (question,) = drawn(), drawn(1, seed=6)
    found = filled(tmp_path, vectors).nearest(NAME, question, n, within, without)
    cosines = {
        f"chunk{row}": float(vectors[row] @ question)
        for row in range(CHUNKS)
        if (not within or f"file{row % FILES}" in within) and f"file{row % FILES}" not in without
    }
    best = sorted(cosines, key=lambda one: -cosines[one])[:n]
    assert [one for one, _ in found] == best
    assert [cosine for _, cosine in found] == pytest.approx([cosines[one] for one in best], abs=1e-6)


def test_what_another_program_writes_is_seen(tmp_path: Path) -> None:
    vectors = drawn()
    one, other = filled(tmp_path, vectors), VectorFiles(tmp_path)
    assert other.ids(NAME) == one.ids(NAME) and len(one.ids(NAME)) == CHUNKS
    other.add(NAME, ["chunk0", "new"], vectors[[7, 8]], ["file9", "file9"])
    assert one.nearest(NAME, vectors[7], 5, ("file9",), ())[0] == ("chunk0", pytest.approx(1))
    other.delete_document(NAME, "file9")
    other.delete(NAME, ["chunk1"])
    assert one.ids(NAME) == {f"chunk{row}" for row in range(2, CHUNKS)}
    assert one.size("aula-0") == one.folder.joinpath(f"{NAME}.sqlite").stat().st_size > vectors.nbytes / 2
    assert one.size("aula-1") == VectorFiles(tmp_path / "nothing").size("aula-") == 0
    other.forget("aula-0")
    assert one.size("aula-") == 0 and NAME not in other._matrices
    assert one.ids(NAME) == set() and one.nearest(NAME, vectors[7], 5, (), ()) == []
    filled(tmp_path, vectors[:3])
    assert one.ids(NAME) == {"chunk0", "chunk1", "chunk2"}


def test_what_is_held_in_memory_is_bounded(tmp_path: Path) -> None:
    files = VectorFiles(tmp_path, most=3 * drawn(100).nbytes)
    for number in range(5):
        files.add(f"aula-0-{number}", [str(row) for row in range(100)], drawn(100), ["file"] * 100)
        assert len(files.ids(f"aula-0-{number}")) == 100
    assert list(files._matrices) == ["aula-0-2", "aula-0-3", "aula-0-4"]


def test_a_question_of_another_length_is_no_crash(tmp_path: Path) -> None:
    with pytest.raises(IndexFailed, match="index"):
        filled(tmp_path, drawn()).nearest(NAME, np.ones(7, np.float32), 5, (), ())


def test_whatever_is_damaged_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    """Bytes overwritten, cut off, moved: either every vector is as it was written, or the file is damaged."""
    vectors, lot = drawn(), random.Random(5)
    filled(tmp_path, vectors)
    path = tmp_path / "vectors" / f"{NAME}.sqlite"
    whole, noticed = path.read_bytes(), 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(lot.choice([1, 3, 30])):
            place, length = lot.randrange(len(whole)), lot.choice([1, 4, 200, 5000])
            damaged[place : place + length] = lot.randbytes(len(damaged[place : place + length]))
        path.write_bytes(damaged[: lot.choice([len(whole), len(whole), lot.randrange(len(whole))])])
        files = VectorFiles(tmp_path)
        try:
            kept = files.vectors(NAME, sorted(files.ids(NAME)))
        except IndexFailed as error:
            assert error.reason == "index"
            noticed += 1
            files.renew(NAME)
            assert files.ids(NAME) == set()
            continue
        assert all(np.array_equal(vector, vectors[int(one.removeprefix("chunk"))]) for one, vector in kept.items())
    assert noticed > 100
