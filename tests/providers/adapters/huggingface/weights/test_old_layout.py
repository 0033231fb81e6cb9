"""Models that version 0.1.0 fetched and converted are used as they lie there: nothing is fetched or made again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from providers.adapters.huggingface.weights.hub import Hub
from providers.adapters.huggingface.weights.store import Store
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.base import Options, complete
from providers.catalog_row import Package
from providers.types import Message, ModelInfo, Request, Sampling
from tests.providers.adapters.huggingface import tiny, tiny_encoders
from tests.providers.adapters.huggingface.conftest import Open

PACKAGED = ModelInfo(
    id="tiny/packaged",
    provider="huggingface",
    name="Tiny",
    package=Package(requirement=tiny.REQUIREMENT, member=tiny.MEMBER, sha256="1" * 64),
    context=1024,
    size=10_000,
)
ENGINES = {"openvino-f16": 3.7154, "openvino-q8_0": 3.7248, "torch-bfloat16": 3.7246, "reference": 3.7157}


def kept(folder: Path, **values: object) -> Path:
    """The record that 0.1.0 wrote beside a model, field by field."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    record = {
        "id": values["id"],
        "source": "package",
        "origin": tiny.REQUIREMENT,
        "revision": None,
        "sha256": None,
        "licence": None,
        "date": "2026-11-28T19:40:50+00:00",
        "bytes": 92871040,
        "files": {path.relative_to(folder).as_posix(): path.stat().st_size for path in files},
        "versions": {"transformers": "5.23.0", "torch": "2.13.0+cpu"},
        "dtype": None,
        "nll": {},
        "form": 2,
        **values,
    }
    (folder / "record.json").write_text(json.dumps(record, indent=2), "utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path, llama_folder: Path) -> Path:
    """A packaged model with OpenVINO's files beside it, one of the Hub, one put there by hand, and one that embeds."""
    models = tmp_path / "home" / "models"
    for name in ("tiny--packaged", "owner--fetched", "owner--by-hand"):
        shutil.copytree(llama_folder, models / name)
    for name in ("openvino-f16.gguf", "openvino-q8_0.gguf"):  # counted and not read: PyTorch answers in these tests
        (models / "tiny--packaged" / name).write_bytes(b"GGUF")
    (models / ".tiny--packaged.lock").touch()
    kept(models / "tiny--packaged", id="tiny/packaged", nll=ENGINES, dtype="bfloat16", sha256="1" * 64)
    kept(models / "owner--fetched", id="owner/fetched", source="hub", origin="owner/fetched", revision="a" * 40, form=1)
    kept(tiny_encoders.save_sentences(tmp_path / "home" / "encoders" / "tiny--sentences"), id="tiny/sentences")
    return tmp_path / "home"


def store(home: Path, root: str = "models") -> Store:
    return Store(Options(home=home, offline=True), Hub(token=None, memory=None), root)


def test_they_are_listed_and_need_no_work(home: Path) -> None:
    models, encoders = store(home), store(home, "encoders")
    assert [name for name, _ in models.list_cached()] == ["owner/by-hand", "owner/fetched", "tiny/packaged"]
    for name in ("owner/by-hand", "owner/fetched", "tiny/packaged"):
        assert models.find_folder(name) == home / "models" / name.replace("/", "--")
    assert models.ensure(PACKAGED, Ticket()) == home / "models" / "tiny--packaged"
    assert encoders.list_cached() == [("tiny/sentences", home / "encoders" / "tiny--sentences")]
    assert encoders.find_folder("tiny/sentences") == home / "encoders" / "tiny--sentences"


async def test_they_answer_offline(home: Path, opened: Open) -> None:
    provider = opened(PACKAGED, home=home, offline=True, engine="torch")
    listed = {model.id: model for model in await provider.models()}
    assert {"tiny/packaged", "owner/fetched", "owner/by-hand"} <= listed.keys()
    for name in ("tiny/packaged", "owner/fetched"):
        model = listed[name]
        stages = {progress.stage async for progress in provider.prepare(model)}
        assert stages <= {"queue", "load"}
        asked = Request(model=model, messages=(Message.of("user", "hi"),), sampling=Sampling(seed=1, max_tokens=5))
        assert (await complete(provider, asked)).text
