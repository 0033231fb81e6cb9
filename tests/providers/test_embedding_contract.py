"""What every embedding model and reranker promises: each row of the catalogue, and those that can run here."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from playground.visitors import KeyVault
from playground.visitors.reach import Reach
from providers import catalog
from providers.adapters.scripted.embedding import BAG, OVERLAP
from providers.base import Options
from providers.embedding import Embedder, EmbeddingInfo, RerankerInfo
from providers.errors import InputError, MissingKey, UnknownModel, WeightsUnavailable

ROWS = catalog.load()
EVERY: tuple[EmbeddingInfo | RerankerInfo, ...] = (*ROWS.embeddings, *ROWS.rerankers)


def reach(home: Path, *, offline: bool = True, scripted: bool = True, **keys: str) -> Reach:
    return Reach(ROWS, Options(home=home, offline=offline), KeyVault(60, keys), scripted=scripted)


@pytest.mark.parametrize("info", EVERY, ids=lambda info: info.ref)
def test_a_row_says_what_a_visitor_must_know(info: EmbeddingInfo | RerankerInfo) -> None:
    assert info.window >= 128 and "en" in info.languages and info.name
    assert info.local == (info.provider == "huggingface")
    assert info.licence is not None or not info.local
    if info.package is not None and not info.package.files:
        assert info.package.member and len(info.package.sha256) == 64
    elif info.package is not None:
        assert {"model.safetensors", "config.json", "tokenizer.json"} <= {name for name, _ in info.package.files}
        assert all(len(sha256) == 64 for _, sha256 in info.package.files)


def test_names_are_single_and_the_default_is_packaged_and_local() -> None:
    assert len({info.ref for info in EVERY}) == len(EVERY)
    assert ROWS.embeddings[0].package is not None and ROWS.embeddings[0].local
    assert any("es" in info.languages and info.local for info in ROWS.embeddings)
    assert any("es" in info.languages and info.local for info in ROWS.rerankers)


def test_a_slip_in_a_row_shows(tmp_path: Path) -> None:
    (tmp_path / "endpoints.toml").write_text("endpoint = []", "utf-8")
    (tmp_path / "models.toml").write_text(
        'model = []\n[[embedding]]\nid = "a"\nprovider = "b"\nname = "c"\nwindows = 1', "utf-8"
    )
    with pytest.raises(ValueError, match="windows"):
        catalog.load(tmp_path)


@pytest.mark.parametrize("info", ROWS.embeddings, ids=lambda info: info.ref)
async def test_each_row_can_be_reached_or_says_why_not(info: EmbeddingInfo, tmp_path: Path) -> None:
    without = reach(tmp_path)
    if not info.local:
        assert without.locked("v", info)
        with pytest.raises(MissingKey):
            async with without.embedder("v", info.ref):
                pass
        without = reach(tmp_path, **{info.provider: "sk-test"})
        assert not without.locked("v", info)
    async with without.embedder("v", info.ref) as embedder:
        assert embedder.info == info
        if info.local:
            with pytest.raises(WeightsUnavailable) as caught:
                await embedder.embed(["hello"])
            assert caught.value.reason == "offline"


@pytest.mark.parametrize("info", ROWS.rerankers, ids=lambda info: info.ref)
async def test_each_reranker_says_that_it_is_not_here(info: RerankerInfo, tmp_path: Path) -> None:
    async with reach(tmp_path).reranker("v", info.ref) as reranker:
        with pytest.raises(WeightsUnavailable):
            await reranker.score("a", ["b"])


async def test_unknown_names_tell_the_near_ones(tmp_path: Path) -> None:
    for typed in ("huggingface/sentence-transformers/all-MiniLM-L6-v3", "text-embedding-3-smal", "scripted/words"):
        with pytest.raises(UnknownModel):
            async with reach(tmp_path).embedder("v", typed):
                pass
    with pytest.raises(UnknownModel):
        async with reach(tmp_path, scripted=False).embedder("v", BAG.ref):
            pass


async def test_what_the_default_is(tmp_path: Path) -> None:
    async with reach(tmp_path).embedder("v") as embedder:
        assert embedder.info == BAG
    async with reach(tmp_path, scripted=False).embedder("v") as embedder:
        assert embedder.info == ROWS.embeddings[0]


@pytest.mark.parametrize("ref", [BAG.ref, ROWS.embeddings[0].ref])
async def test_the_promises_of_those_that_run_here(ref: str, model_home: Path) -> None:
    found = reach(model_home, offline=False)
    async with found.embedder("v", ref) as embedder:
        assert [progress async for progress in embedder.prepare()][-1].done == 1
        await kept(embedder)
    for provider in found._shared.values():
        await provider.aclose()


async def kept(embedder: Embedder) -> None:
    texts = ["The moon pulls the sea.", "", "¿Quién tira del mar?", "water " * 100, "The moon pulls the sea."]
    vectors = await embedder.embed(texts)
    assert vectors.shape == (5, embedder.info.dimensions) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)
    assert vectors[0] @ vectors[4] == pytest.approx(1, abs=1e-3) and vectors[0] @ vectors[2] < 0.9
    assert (await embedder.embed([])).shape == (0, embedder.info.dimensions)
    one, other = await asyncio.gather(embedder.embed(texts[:1], "question"), embedder.embed(texts[2:3], "question"))
    assert one[0] @ vectors[0] > 0.999 and other[0] @ vectors[2] > 0.999
    assert embedder.count("one two three") > embedder.count("one")
    longest = "water " * (embedder.info.window - embedder.count(""))
    assert (await embedder.embed([longest])).shape[0] == 1
    with pytest.raises(InputError) as caught:
        await embedder.embed(["fine", f"{longest} water"])
    assert caught.value.reason == "window"


async def test_the_scripted_reranker_prefers_what_shares_words(tmp_path: Path) -> None:
    async with reach(tmp_path).reranker("v", OVERLAP.ref) as reranker:
        scores = await reranker.score("who pulls the sea", ["The moon pulls the sea.", "A letter.", "The sea"])
    assert scores.shape == (3,) and scores[0] > scores[2] > scores[1] == 0
