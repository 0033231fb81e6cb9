"""An embedding model's network compiled by OpenVINO: the same vectors, chosen by measuring; torch where it fails."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from providers.adapters.huggingface.families.encoders import loading, openvino_network
from providers.adapters.huggingface.families.encoders.agreement import vectors_agree
from providers.adapters.huggingface.weights.files import lengths
from providers.adapters.huggingface.weights.record import WeightsRecord, read_record
from tests.providers.adapters.huggingface import tiny_encoders

TEXTS = ["the river", "the old city and the sea", "moon", "the a of in is was and to river bridge stone " * 4]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with its record, and its network converted: the slow part, once."""
    folder = tiny_encoders.save_sentences(tmp_path_factory.mktemp("sentences"))
    openvino_network.save_network(loading._sentences(folder), folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(openvino_network, "_FEWEST", 0)
    return Path(shutil.copytree(saved, tmp_path / "model"))


def recorded(folder: Path, engine: str | None) -> None:
    WeightsRecord(
        id="tiny/sentences",
        source="package",
        origin="tiny",
        date="2026-11-29T00:00:00Z",
        bytes=0,
        files=lengths(folder),
        dtype="float32",
        engine=engine,
    ).write(folder)


async def vectors(folder: Path, *alone: str) -> NDArray[np.float32]:
    """Of all texts together, and of those that follow, each by itself."""
    encoder = await asyncio.to_thread(loading.load_embedding, folder, "tiny", tiny_encoders.CONTEXT)
    try:
        return np.vstack(
            [await encoder.engine.submit(encoder.tokens(texts)) for texts in (TEXTS, *([one] for one in alone))]
        )
    finally:
        await asyncio.to_thread(encoder.engine.close)


async def test_its_vectors_are_torchs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(folder, "torch")
    exact = await vectors(folder, *TEXTS)
    recorded(folder, "openvino")
    compiled = list[object]()
    compiling = openvino_network.compile_network
    monkeypatch.setattr(loading, "compile_network", lambda *given: compiled.append(given) or compiling(*given))
    found = await vectors(folder, *TEXTS)
    assert len(compiled) == 1 and vectors_agree(exact, found)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("seconds", "alike", "engine"), [(0.5, True, "openvino"), (0.95, True, "torch"), (0.1, False, "torch")]
)
async def test_it_is_chosen_where_it_is_clearly_quicker_and_agrees(
    folder: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, alike: bool, engine: str
) -> None:
    def timed(
        model: object, parts: object, texts: object, *, fast: bool, streams: int = 1
    ) -> tuple[NDArray[np.float32], float]:
        compiled = isinstance(next(iter(parts)), openvino_network.CompiledNetwork)  # type: ignore[call-overload]
        return np.ones((1, 1), np.float32), seconds if compiled else 1.0

    recorded(folder, None)
    monkeypatch.setattr(loading, "save_network", lambda model, folder: None)
    monkeypatch.setattr(loading, "_time", timed)
    monkeypatch.setattr(loading, "vectors_agree", lambda *rows: alike)
    await vectors(folder)
    record = read_record(folder)
    assert record is not None and record.engine == engine


@pytest.mark.parametrize(("length", "computed"), [(1, 8), (8, 8), (9, 16), (32, 32), (33, 64), (64, 64)])
def test_little_is_computed_of_short_texts(length: int, computed: int) -> None:
    shapes = list[tuple[int, ...]]()

    def infer(given: dict[str, NDArray[np.int64]]) -> list[NDArray[np.float32]]:
        shapes.append(given["input_ids"].shape)
        return [np.zeros((*shapes[-1], 4), np.float32)]

    port, request = SimpleNamespace(get_any_name=lambda: "input_ids"), SimpleNamespace(infer=infer)
    compiled = SimpleNamespace(inputs=[port], create_infer_request=lambda: request)
    network = openvino_network.CompiledNetwork(compiled, 1)
    found = network({"input_ids": torch.ones((2, length), dtype=torch.long)})["token_embeddings"]
    assert (shapes, found.shape) == ([(2, computed)], (2, length, 4))


async def test_where_its_file_is_gone_torch_computes(folder: Path) -> None:
    recorded(folder, "openvino")
    (folder / "openvino" / "network.bin").write_bytes(b"")
    (folder / "openvino" / "network.xml").write_text("<net")
    assert (await vectors(folder)).shape == (len(TEXTS), 32)
    record = read_record(folder)
    assert record is not None and record.engine == "torch"


async def test_nothing_is_tried_without_a_record_or_for_a_small_network(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "save_network", lambda model, folder: pytest.fail("converted"))
    assert (await vectors(folder)).shape[0] == len(TEXTS)
    recorded(folder, None)
    monkeypatch.setattr(openvino_network, "_FEWEST", 10**9)
    await vectors(folder)
    record = read_record(folder)
    assert record is not None and record.engine is None
