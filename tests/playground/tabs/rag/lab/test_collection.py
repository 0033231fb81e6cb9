"""A visitor's documents: kept, replaced, removed, searched; in a folder and on a real Chroma server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from playground.sqlite import StorageFailed
from playground.tabs.rag.lab.documents import RetrievalOptions
from playground.tabs.rag.lab.index.collection import ChunkSize, Collection
from playground.tabs.rag.lab.index.vectors import VectorIndex
from providers.adapters.scripted import ScriptedEmbedder
from providers.errors import InputError
from tests.playground.tabs.rag.lab.stores import added, chroma_server, collection, document, long_document

CATS = document("cats.txt", "Cats sleep most of the day. They hunt mice at night.", "A kitten drinks milk.")
SEA = document("sea.txt", "The tide rises twice a day because of the moon.")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(params=["folder", "server"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    if request.param == "folder":
        made = VectorIndex.at(tmp_path / "index")
    else:
        made = VectorIndex.server(request.getfixturevalue("server"))
    yield made
    for owner in ("ana", "ben"):  # the server outlives a test
        asyncio.run(made.forget(owner))
    made.close()


async def test_adds_and_finds(index: VectorIndex, tmp_path: Path) -> None:
    kept = collection(tmp_path, index)
    told = [progress async for progress in kept.add(CATS)]
    assert told[-1].acknowledged and not any(progress.acknowledged for progress in told[:-1])
    assert (told[-1].chunks, told[-1].total) == (2, 2)
    await added(kept, SEA)
    assert [(one.name, one.pages, one.chunks, one.ready) for one in kept.documents()] == [
        ("cats.txt", 2, 2, True),
        ("sea.txt", 1, 1, True),
    ]
    assert kept.document(CATS.digest) == CATS
    assert kept.page(CATS.digest, 2).text == "A kitten drinks milk."
    for ways in (
        RetrievalOptions(lexical=False),
        RetrievalOptions(dense=False),
        RetrievalOptions(),
        RetrievalOptions(diverse=True),
    ):
        found = await kept.search("What does a kitten drink?", ways)
        assert found.passages[0].chunk.text == "A kitten drinks milk."
        assert [one.rank for one in found.passages] == list(range(1, len(found.passages) + 1))
    assert {
        one.chunk.document for one in (await kept.search("day", RetrievalOptions(files=(SEA.digest,)))).passages
    } == {SEA.digest}
    with pytest.raises(InputError, match="document"):
        kept.page(CATS.digest, 3)
    with pytest.raises(InputError, match="document"):
        kept.document("0" * 64)


async def test_vectors_are_those_of_the_chunks(index: VectorIndex, tmp_path: Path) -> None:
    kept = collection(tmp_path, index)
    await added(kept, CATS, SEA)
    chunks, vectors = await kept.vectors()
    assert chunks == kept.chunks()
    expected = await ScriptedEmbedder().embed([chunk.embedded_text for chunk in chunks])
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


async def test_the_same_file_is_stored_once(index: VectorIndex, tmp_path: Path) -> None:
    embedder = ScriptedEmbedder()
    kept = collection(tmp_path, index, embedder=embedder)
    await added(kept, CATS)
    computed = embedder.computed
    (again,) = await added(kept, CATS)
    assert again.acknowledged and again.chunks == 2
    assert embedder.computed == computed and len(kept.documents()) == 1


async def test_a_changed_file_replaces_its_old_chunks_at_once(index: VectorIndex, tmp_path: Path) -> None:
    kept = collection(tmp_path, index)
    await added(kept, SEA, CATS)
    changed = document("cats.txt", *(f"Dogs bark, says page {number}." for number in range(70)))
    async for progress in kept.add(changed):
        names = [(one.digest, one.ready) for one in kept.documents()]
        found = {
            one.chunk.document
            for one in (await kept.search("cats dogs bark hunt mice", RetrievalOptions(k=50))).passages
        }
        if progress.acknowledged:
            assert names == [(SEA.digest, True), (changed.digest, True)] and CATS.digest not in found
        else:
            assert (CATS.digest, True) in names and changed.digest not in found and CATS.digest in found
    ids = await index.ids(kept._key)
    assert ids == {chunk.id for chunk in kept.chunks()}


async def test_remove_and_clear(index: VectorIndex, tmp_path: Path) -> None:
    kept = collection(tmp_path, index)
    other = Collection(tmp_path / "ana", index, "ana", kept.embedder, ChunkSize(tokens=100))
    await added(kept, CATS, SEA)
    await other.settle()
    await kept.remove(CATS.digest)
    await kept.remove(CATS.digest)
    assert [one.digest for one in kept.documents()] == [SEA.digest]
    for one in (kept, other):
        assert await index.ids(one._key) == {chunk.id for chunk in one.chunks()}
        assert not [hit for hit in (await one.search("kitten")).passages if hit.chunk.document == CATS.digest]
    await kept.clear()
    assert kept.documents() == () and not await index.ids(kept._key) and not await index.ids(other._key)
    assert (await kept.search("tide")).passages == ()


async def test_visitors_do_not_mix(index: VectorIndex, tmp_path: Path) -> None:
    ana, ben = collection(tmp_path, index, "ana"), collection(tmp_path, index, "ben")
    await asyncio.gather(added(ana, CATS), added(ben, SEA))
    assert {one.chunk.document for one in (await ana.search("day tide kitten", RetrievalOptions(k=50))).passages} == {
        CATS.digest
    }
    assert {one.chunk.document for one in (await ben.search("day tide kitten", RetrievalOptions(k=50))).passages} == {
        SEA.digest
    }
    assert (await ben.search("day", RetrievalOptions(files=(CATS.digest,)))).passages == ()
    await added(ben, CATS)
    await ana.clear()
    assert len(ben.documents()) == 2 and len(await index.ids(ben._key)) == 3
    with pytest.raises(InputError):
        ana.document(CATS.digest)


async def test_stop_leaves_nothing_of_the_document(index: VectorIndex, tmp_path: Path) -> None:
    kept = collection(tmp_path, index)
    await added(kept, SEA)
    adding = kept.add(long_document("long", 80))
    async for progress in adding:
        if progress.chunks:
            break
    await adding.aclose()
    assert [one.digest for one in kept.documents()] == [SEA.digest]
    assert await index.ids(kept._key) == {chunk.id for chunk in kept.chunks()}
    assert await kept.settle() == 0
    (whole,) = await added(kept, long_document("long", 80))
    assert (
        whole.acknowledged and (await kept.search("long79", RetrievalOptions(dense=False))).passages[0].chunk.page == 80
    )


@pytest.mark.parametrize("moment", [0.0, 0.01, 0.05, 0.1])
async def test_a_cancelled_addition_leaves_a_consistent_store(
    index: VectorIndex, tmp_path: Path, moment: float
) -> None:
    kept = collection(tmp_path, index)
    await added(kept, SEA)
    task = asyncio.create_task(added(kept, long_document("long", 80)))
    await asyncio.sleep(moment)
    task.cancel()
    await asyncio.wait([task])
    assert await index.ids(kept._key) == {chunk.id for chunk in kept.chunks()}
    assert all(one.ready for one in kept.documents()) and await kept.settle() == 0


async def test_a_failing_embedder_leaves_nothing(index: VectorIndex, tmp_path: Path) -> None:
    class Failing(ScriptedEmbedder):
        async def embed(self, texts, purpose="passage"):  # type: ignore[no-untyped-def]
            if self.computed:
                raise StorageFailed("full")
            return await super().embed(texts, purpose)

    kept = collection(tmp_path, index, embedder=Failing())
    with pytest.raises(StorageFailed, match="full"):
        await added(kept, long_document("long", 80))
    assert kept.documents() == () and not await index.ids(kept._key)


async def test_another_model_or_cut_embeds_what_is_there(index: VectorIndex, tmp_path: Path) -> None:
    kept = collection(tmp_path, index)
    await added(kept, CATS, long_document("long", 3))
    other = ScriptedEmbedder(replace(ScriptedEmbedder().info, id="small", dimensions=32))
    seen = collection(tmp_path, index, embedder=other)
    assert [(one.ready, one.chunks) for one in seen.documents()] == [(False, 0), (False, 0)]
    told = list[tuple[int, int]]()
    assert await seen.settle(lambda *so_far: told.append(so_far)) == 5 and told[-1] == (5, 5)
    assert all(one.ready for one in seen.documents())
    assert (await seen.search("kitten")).passages[0].chunk.page == 2
    assert (await seen.vectors())[1].shape == (5, 32)
    finer = Collection(tmp_path / "ana", index, "ana", other, ChunkSize(tokens=40, overlap=0))
    assert await finer.settle() > 5 and all(chunk.tokens <= 40 for chunk in finer.chunks())
    assert len(kept.chunks()) == 5 and await kept.settle() == 0


async def test_many_collections_of_one_folder_get_along(index: VectorIndex, tmp_path: Path) -> None:
    documents = [long_document(f"file{number}", 5) for number in range(6)]
    kept = [collection(tmp_path, index) for _ in documents]
    await asyncio.gather(
        *(added(one, document) for one, document in zip(kept, documents, strict=True)), kept[0].settle()
    )
    assert all(len(one.documents()) == 6 for one in kept)
    await asyncio.gather(*(added(one, CATS) for one in kept), *(one.remove(documents[0].digest) for one in kept))
    assert await index.ids(kept[0]._key) == {chunk.id for chunk in kept[0].chunks()}


async def test_an_empty_document_and_half_characters(index: VectorIndex, tmp_path: Path) -> None:
    kept = collection(tmp_path, index)
    await added(
        kept,
        document("blank.txt", " \n "),
        replace(CATS, name="half\ud800", pages=(replace(SEA.pages[0], text="a \udfff kitten"),)),
    )
    assert [one.chunks for one in kept.documents()] == [0, 1]
    found = (await kept.search("kitten")).passages[0].chunk
    assert found.text == "a \N{REPLACEMENT CHARACTER} kitten" == kept.page(CATS.digest, 1).text
