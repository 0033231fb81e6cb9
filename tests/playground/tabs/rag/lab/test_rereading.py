"""A document read once more: what is better takes the place of what was there, also in folders of earlier versions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import aclosing, closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from playground.tabs.rag.lab.chunking.split import ChunkSize
from playground.tabs.rag.lab.documents import (
    Document,
    DocumentPage,
    Omission,
    OmissionTotal,
    RetrievalOptions,
    omission_totals,
)
from playground.tabs.rag.lab.index.collection import FILE, Collection
from playground.tabs.rag.lab.index.rereading import join_readings
from playground.tabs.rag.lab.index.text_store import TextStore
from playground.tabs.rag.lab.index.vectors import VectorIndex
from providers.adapters.scripted import ScriptedEmbedder
from tests.playground.tabs.rag.lab.stores import added, collection, document, long_document

NO_TEXT, PICTURE = Omission(kind="no_text"), Omission(kind="pictures", count=2)
PLAIN = replace(
    document("scan.pdf", "Bees dance.", ""),
    pages=(DocumentPage(number=1, text="Bees dance."), DocumentPage(number=2, text="", omissions=(NO_TEXT,))),
)
BY_OCR = replace(
    PLAIN, pages=(PLAIN.pages[0], DocumentPage(number=2, text="Wasps sting twice.", read=True)), language="en"
)
WORDS = RetrievalOptions(dense=False)

AS_0_2_0 = """
create table document (
    place integer primary key, digest text unique, name text, format text, size integer, language text);
create table page (
    digest text references document (digest) on delete cascade, number integer, text text, label text, headings text,
    read integer, primary key (digest, number));
create table cutting (
    space text, digest text references document (digest) on delete cascade, ready integer, primary key (space, digest));
create table chunk (
    space text, digest text, id text, page integer, start integer, "end" integer, text text, headings text,
    tokens integer, primary key (space, id),
    foreign key (space, digest) references cutting (space, digest) on delete cascade);
create index chunks_of on chunk (space, digest);
create table version (one integer primary key check (one = 1), number integer);
insert into version values (1, 0);
"""
"""The tables that versions 0.1.0 and 0.2.0 made."""


@pytest.fixture
def index(tmp_path: Path) -> Iterator[VectorIndex]:
    made = VectorIndex.at(tmp_path / "index")
    yield made
    made.close()


async def found(kept: Collection, words: str) -> list[str]:
    return [one.chunk.text for one in (await kept.search(words, WORDS)).passages]


class TestJoining:
    def test_what_was_read_of_a_picture_stays_where_it_is_not_read_now(self) -> None:
        assert join_readings(BY_OCR, PLAIN) == BY_OCR
        later = replace(PLAIN, pages=(DocumentPage(number=1, text="Bees dance well."), PLAIN.pages[1]), version=2)
        joined = join_readings(BY_OCR, later)
        assert [page.text for page in joined.pages] == ["Bees dance well.", "Wasps sting twice."]
        assert joined.version == 1 and joined.mark  # its second page was not read anew

    def test_what_is_read_now_goes_before_under_the_old_name(self) -> None:
        joined = join_readings(PLAIN, replace(BY_OCR, name="other.pdf", archive="all.zip", version=2))
        assert (joined.pages, joined.name, joined.archive, joined.version) == (BY_OCR.pages, "scan.pdf", "", 2)
        assert len(joined.mark) == 8 and join_readings(joined, BY_OCR).mark == joined.mark

    def test_pictures_of_an_office_file_that_were_read_stay_too(self) -> None:
        plan = document("plan.docx", "A plan.")
        without = replace(plan, pages=(replace(plan.pages[0], omissions=(PICTURE,)),))
        read = replace(plan, pages=(replace(plan.pages[0], text="A plan.\n\nPond"),))
        assert join_readings(without, read).pages == read.pages and join_readings(read, without) == read
        later = replace(without, version=2)
        assert join_readings(read, later).pages == later.pages  # a better reader's text goes before

    def test_another_number_of_pages_is_another_reading(self) -> None:
        longer = replace(PLAIN, pages=(*PLAIN.pages, DocumentPage(number=3, text="Ants.")))
        assert join_readings(BY_OCR, longer).pages == longer.pages

    def test_omissions_are_counted_by_kind(self) -> None:
        pages = [(1, PICTURE), (2, NO_TEXT), (4, Omission(kind="pictures"))]
        assert omission_totals(pages) == (
            OmissionTotal(kind="no_text", count=1, pages=(2,)),
            OmissionTotal(kind="pictures", count=3, pages=(1, 4)),
        )


async def test_what_ocr_finds_is_added_to_what_is_there(index: VectorIndex, tmp_path: Path) -> None:
    kept = collection(tmp_path, index)
    finer = Collection(tmp_path / "ana", index, "ana", ScriptedEmbedder(), ChunkSize(tokens=40))
    (first,) = await added(kept, PLAIN)
    assert first.outcome == "added" and first.omissions == (OmissionTotal(kind="no_text", count=1, pages=(2,)),)
    await finer.settle()
    assert kept.documents()[0].omissions == first.omissions and kept.page(PLAIN.digest, 2).omissions == (NO_TEXT,)
    (again,) = await added(kept, BY_OCR)
    assert (again.outcome, again.omissions) == ("reread", ())
    assert await found(kept, "wasps") == ["Wasps sting twice."] and kept.documents()[0].omissions == ()
    assert kept.document(PLAIN.digest).pages == BY_OCR.pages
    assert [(one.ready, one.chunks) for one in finer.documents()] == [(False, 0)]
    assert await finer.settle() == 2 and await found(finer, "wasps") == ["Wasps sting twice."]
    for one in (kept, finer):
        assert await index.ids(one._key) == {chunk.id for chunk in one.chunks()}
    for once_more in (PLAIN, BY_OCR):
        assert [one.outcome for one in await added(kept, once_more)] == ["unchanged"]
        assert await found(kept, "wasps") == ["Wasps sting twice."]
    assert await kept.settle() == 0


async def test_what_was_left_out_is_noted_without_reading_anew(index: VectorIndex, tmp_path: Path) -> None:
    embedder = ScriptedEmbedder()
    kept = collection(tmp_path, index, embedder=embedder)
    plain = document("notes.docx", "Herons fish at dawn.")
    await added(kept, plain)
    computed = embedder.computed
    better = replace(plain, version=2, pages=(replace(plain.pages[0], omissions=(PICTURE,)),))
    (again,) = await added(kept, better)
    assert (again.outcome, embedder.computed) == ("unchanged", computed)
    (stored,) = kept.documents()
    assert (stored.version, stored.omissions) == (2, (OmissionTotal(kind="pictures", count=2, pages=(1,)),))
    assert kept.document(plain.digest) == better


async def test_stopped_in_the_middle_the_reading_of_before_stays(index: VectorIndex, tmp_path: Path) -> None:
    kept = collection(tmp_path, index)
    long = long_document("long", 70)
    await added(kept, long)
    changed = replace(long, pages=tuple(replace(one, text=f"Now {one.text}") for one in long.pages), version=2)
    async with aclosing(kept.add(changed)) as adding:
        async for progress in adding:
            if progress.chunks:
                break
        assert not progress.acknowledged
    assert kept.document(long.digest) == long and kept.documents()[0].ready
    assert await index.ids(kept._key) == {chunk.id for chunk in kept.chunks()} and await kept.settle() == 0
    assert [one.outcome for one in await added(kept, changed)] == ["reread"]
    assert (await kept.search("long69", WORDS)).passages[0].chunk.text.startswith("Now The word long69")


@pytest.mark.parametrize("moment", ["read_anew", "_drop"])
async def test_killed_at_any_moment_one_of_the_readings_is_whole(
    index: VectorIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Killed before the commit, or before the vectors of the earlier reading are deleted."""

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    kept = collection(tmp_path, index)
    finer = Collection(tmp_path / "ana", index, "ana", ScriptedEmbedder(), ChunkSize(tokens=40))
    await added(kept, PLAIN)
    await finer.settle()
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Collection, "_drop", killed)
        if moment == "read_anew":
            patched.setattr(TextStore, "read_anew", killed)
        await added(kept, BY_OCR)
    for again in (collection(tmp_path, index), finer):
        await again.settle()
        assert await found(again, "wasps") == (["Wasps sting twice."] if moment == "_drop" else [])
        assert await found(again, "bees") == ["Bees dance."]
        assert await index.ids(again._key) == {chunk.id for chunk in again.chunks()}
        chunks, vectors = await again.vectors()
        expected = await ScriptedEmbedder().embed([chunk.embedded_text for chunk in chunks])
        np.testing.assert_allclose(vectors, expected, atol=1e-6)
    assert [one.outcome for one in await added(kept, BY_OCR)] == ["unchanged" if moment == "_drop" else "reread"]


async def test_both_of_one_name_stay_where_that_is_wanted(index: VectorIndex, tmp_path: Path) -> None:
    kept = collection(tmp_path, index)
    for number, text in enumerate(("Herons fish.", "Storks nest.", "Cranes dance."), 1):
        progress = [one async for one in kept.add(document("birds/list.txt", text), beside=True)][-1]
        assert progress.name == ("birds/list.txt" if number == 1 else f"birds/list ({number}).txt")
    assert [one.name for one in kept.documents()] == ["birds/list.txt", "birds/list (2).txt", "birds/list (3).txt"]
    assert await found(kept, "nest") == ["Storks nest."]


def old_folder(folder: Path, kept: Collection, one: Document) -> None:
    """A document as it stands in a file of version 0.2.0, cut in the space of this collection."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / FILE)) as old, old:
        old.executescript(AS_0_2_0)
        old.execute(
            "insert into document values (1, ?, ?, ?, ?, ?)", (one.digest, one.name, one.format, one.size, "en")
        )
        for page in one.pages:
            row = (one.digest, page.number, page.text, page.label, "[]", page.read)
            old.execute("insert into page values (?, ?, ?, ?, ?, ?)", row)
        old.execute("insert into cutting values (?, ?, 1)", (kept._key.space, one.digest))
        values = (kept._key.space, one.digest, f"{one.digest[:24]}-1-0-11", 1, 0, 11, one.pages[0].text, "[]", 3)
        old.execute("insert into chunk values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


async def test_a_folder_of_the_version_before_opens_and_is_read_anew(index: VectorIndex, tmp_path: Path) -> None:
    kept = collection(tmp_path, index)
    old_folder(tmp_path / "ana", kept, PLAIN)
    assert await kept.settle() == 1
    (stored,) = kept.documents()
    assert (stored.version, stored.omissions, stored.ready, stored.chunks) == (1, (), True, 1)
    assert await found(kept, "bees") == ["Bees dance."] and kept.document(PLAIN.digest).mark == ""
    (again,) = await added(kept, replace(BY_OCR, version=2))
    assert again.outcome == "reread" and kept.documents()[0].version == 2
    assert await found(kept, "wasps") == ["Wasps sting twice."]
    await kept.remove(PLAIN.digest)
    with closing(sqlite3.connect(tmp_path / "ana" / FILE)) as file:
        assert [file.execute(f"select count(*) from {table}").fetchone() for table in ("reading", "omission")] == [
            (0,),
            (0,),
        ]


async def test_a_folder_of_now_opens_in_the_version_before(index: VectorIndex, tmp_path: Path) -> None:
    """It adds, lists and removes by tables that are as they were."""
    kept = collection(tmp_path, index)
    await added(kept, PLAIN)
    kept.close()
    with closing(sqlite3.connect(tmp_path / "ana" / FILE)) as old, old:
        old.execute("pragma foreign_keys = on")
        old.execute("insert into document (digest, name, format, size, language) values ('d', 'n', 'text', 1, '')")
        old.execute("insert into page values ('d', 1, 'Moles dig.', '', '[]', 0)")
        old.execute("delete from document where digest = ?", (PLAIN.digest,))
    assert [(one.name, one.version, one.omissions) for one in kept.documents()] == [("n", 1, ())]
