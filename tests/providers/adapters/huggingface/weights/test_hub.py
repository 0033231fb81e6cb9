"""The Hub, as a server on loopback: what is fetched, what never is, and each way it can fail."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.adapters.huggingface.provider import HuggingFace
from providers.adapters.huggingface.weights.record import read_record
from providers.base import complete
from providers.embedding import EmbeddingInfo
from providers.errors import UnknownModel, WeightsUnavailable
from providers.types import Message, ModelInfo, Request, Sampling
from tests.providers.adapters.huggingface import tiny, tiny_encoders
from tests.providers.adapters.huggingface.conftest import Open
from tests.providers.adapters.huggingface.weights.hub_server import REVISION, FakeHub, serve


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with serve() as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        monkeypatch.setenv("HF_TOKEN", "hf_of_the_environment")
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield served


@pytest.fixture
def repository(tmp_path: Path, llama_folder: Path, hub: FakeHub) -> Path:
    """A repository with what others hold too: pickles, code, documentation."""
    folder = tmp_path / "repository"
    shutil.copytree(llama_folder, folder)
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    (folder / "modeling_tiny.py").write_text("raise SystemExit('run')")
    (folder / "README.md").write_text("# Tiny")
    hub.repositories["tiny/llama"] = folder
    return folder


async def prepare(provider: HuggingFace, model: ModelInfo) -> list[str]:
    return [progress.stage async for progress in provider.prepare(model)]


async def refusal(provider: HuggingFace, name: str = "tiny/llama") -> str | None:
    with pytest.raises(WeightsUnavailable) as caught:
        await prepare(provider, ModelInfo(id=name, provider="huggingface", name=name))
    return caught.value.reason


@pytest.mark.usefixtures("repository")
async def test_a_repository_is_fetched_without_code_or_pickles(hub: FakeHub, opened: Open, tmp_path: Path) -> None:
    provider = opened()
    model = await provider.resolve("tiny/llama")
    assert (model.context, model.chat, model.licence, model.revision) == (1024, True, "apache-2.0", REVISION)
    assert "download" in await prepare(provider, model)
    request = Request(model=model, messages=(Message.of("user", "hi"),), sampling=Sampling(seed=1, max_tokens=4))
    assert (await complete(provider, request)).done.usage.output_tokens > 0
    fetched = {path.rsplit("/", 1)[-1] for path in hub.asked if "/resolve/" in path}
    assert fetched.isdisjoint({"pytorch_model.bin", "modeling_tiny.py", "README.md"})
    record = read_record(tmp_path / "home" / "models" / "tiny--llama")
    assert record is not None
    assert (record.source, record.revision, record.licence) == ("hub", REVISION, "apache-2.0")
    assert record.files.keys().isdisjoint({"pytorch_model.bin", "modeling_tiny.py"})
    listed = {found.id: found for found in await provider.models()}
    assert (listed["tiny/llama"].chat, listed["tiny/llama"].revision) == (True, REVISION)


@pytest.mark.usefixtures("converted_once")
async def test_a_gguf_repository_is_converted(hub: FakeHub, opened: Open, tmp_path: Path) -> None:
    (tmp_path / "gguf").mkdir()
    tiny.save_gguf(tmp_path / "gguf" / "tiny-F32.gguf")
    hub.repositories["tiny/gguf"] = tmp_path / "gguf"
    provider = opened()
    assert "convert" in await prepare(provider, await provider.resolve("tiny/gguf"))
    assert (tmp_path / "home" / "models" / "tiny--gguf" / "model.safetensors").is_file()


@pytest.mark.usefixtures("repository")
async def test_gated(hub: FakeHub, opened: Open) -> None:
    hub.gated.add("tiny/llama")
    assert await refusal(opened()) == "gated"
    assert set(hub.keys) == {None}, "the environment's token was sent without being given"
    assert "download" in await prepare(
        opened(key="hf_member"), ModelInfo(id="tiny/llama", provider="huggingface", name="Tiny")
    )


@pytest.mark.usefixtures("hub")
async def test_not_found(opened: Open) -> None:
    assert await refusal(opened(), "tiny/nothing") == "not_found"


async def test_only_pickles(repository: Path, opened: Open) -> None:
    (repository / "model.safetensors").unlink()
    assert await refusal(opened()) == "unsafe_format"


@pytest.mark.usefixtures("repository")
async def test_a_file_that_is_not_what_the_hub_says(hub: FakeHub, opened: Open, tmp_path: Path) -> None:
    hub.forged.add("tiny/llama")
    assert await refusal(opened()) == "checksum"
    assert not (tmp_path / "home" / "models" / "tiny--llama").exists()


async def test_no_network(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert await refusal(opened()) == "offline"


async def test_whether_it_answers(hub: FakeHub, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """As itself: not a proxy that refuses, nor a portal that answers everything with a page; nothing is fetched."""
    provider = opened()
    assert await provider.reaches_hub() and hub.asked == ["/api/models?limit=1"]
    monkeypatch.setenv("HF_ENDPOINT", f"{hub.url}/portal")
    assert not await provider.reaches_hub()
    for address in ("http://127.0.0.1:9", "nowhere", "http://[", "ftp://127.0.0.1"):
        monkeypatch.setenv("HF_ENDPOINT", address)
        assert not await provider.reaches_hub()
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert not await provider.reaches_hub() and len(hub.asked) == 2


async def test_offline_asks_nobody(hub: FakeHub, opened: Open) -> None:
    assert await refusal(opened(offline=True)) == "offline"
    assert hub.asked == []


@pytest.mark.parametrize(
    "name", ["one", "a/b/c", "a/b?x", "a/..", "http://a/b", "a--b/c", "", "a/b\nc", "a/b c", "-a/b", "a/" + "b" * 97]
)
async def test_a_name_that_no_repository_has(hub: FakeHub, opened: Open, name: str) -> None:
    with pytest.raises(UnknownModel) as caught:
        await opened().resolve(name)
    assert caught.value.reason == "invalid"
    assert hub.asked == []


async def test_a_folder_that_is_not_there(opened: Open) -> None:
    for name in ("/no/such/folder", "~/no/such/folder", "../no/such/folder"):
        with pytest.raises(WeightsUnavailable) as caught:
            await opened().resolve(name)
        assert caught.value.reason == "not_found"


@pytest.mark.usefixtures("repository")
async def test_strangers_choose_from_the_catalogue(hub: FakeHub, opened: Open, llama_folder: Path) -> None:
    row = ModelInfo(id="tiny/llama", provider="huggingface", name="Tiny")
    provider = opened(row, folders=False)
    assert (await provider.resolve("tiny/llama")).id == "tiny/llama"
    for name in ("tiny/other", str(llama_folder)):
        with pytest.raises(UnknownModel):
            await provider.resolve(name)
        with pytest.raises(UnknownModel):
            await prepare(provider, ModelInfo(id=name, provider="huggingface", name=name))
    assert hub.asked == []


async def test_an_embedding_model_is_fetched_with_its_parts(hub: FakeHub, opened: Open, tmp_path: Path) -> None:
    folder = tiny_encoders.save_sentences(tmp_path / "sentences")
    (folder / "1_Pooling" / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    (folder / "modeling_tiny.py").write_text("raise SystemExit('run')")
    hub.repositories["tiny/sentences"] = folder
    info = EmbeddingInfo(id="tiny/sentences", provider="huggingface", name="tiny", window=64, local=True)
    assert (await opened().embedder(info).embed(["the moon"])).shape == (1, 32)
    target = tmp_path / "home" / "encoders" / "tiny--sentences"
    record = read_record(target)
    assert record is not None and (record.source, record.revision) == ("hub", REVISION)
    assert (target / "1_Pooling" / "config.json").is_file() and "1_Pooling/config.json" in record.files
    assert not list(target.rglob("*.bin")) and not list(target.rglob("*.py"))
