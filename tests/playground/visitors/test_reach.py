"""Who can reach which model, and what a typed name means."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.visitors import KeyVault
from playground.visitors.model_names import full_name
from playground.visitors.reach import HUB_SECONDS, Reach
from providers import catalog, registry
from providers.base import Options
from providers.errors import MissingKey, Unavailable, UnknownModel
from tests.faults.server import FaultServer

ROWS = catalog.load()


def reach(home: Path, **keys: str) -> Reach:
    return Reach(ROWS, Options(home=home, offline=True), KeyVault(60, keys), scripted=True)


async def opened(reach: Reach, ref: str) -> tuple[str, str]:
    async with reach.open("v", ref) as (provider, model):
        return provider.name, model.ref


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("openai/gpt-6-luna", "openai/gpt-6-luna"),
        ("owner/name", "huggingface/owner/name"),
        ("mistralai/Mistral-7B", "huggingface/mistralai/Mistral-7B"),
        ("/models/mine", "huggingface//models/mine"),
        ("opena/gpt-6-luna", "opena/gpt-6-luna"),
        ("gpt-6-luna", "gpt-6-luna"),
        ("~/models/mine", "huggingface/~/models/mine"),
        ("./models/mine", "huggingface/./models/mine"),
        ("../mine", "huggingface/../mine"),
        (r"C:\models\mine", r"huggingface/C:\models\mine"),
        ("https://huggingface.co/owner/name", "huggingface/owner/name"),
        ("https://huggingface.co/owner/name/tree/main?x=1", "huggingface/owner/name"),
        ("hf.co/owner/name", "huggingface/owner/name"),
        ("gpt2", "huggingface/openai-community/gpt2"),
        ("https://example.org/owner/name", "https://example.org/owner/name"),
    ],
)
def test_what_a_typed_name_means(typed: str, meant: str) -> None:
    assert full_name(typed, registry.names(ROWS)) == meant


async def test_a_slip_suggests_near_names(tmp_path: Path) -> None:
    for typed in ("opena/gpt-6-luna", "gpt-6-luna", "scripted/ecco"):
        with pytest.raises(UnknownModel) as caught:
            await opened(reach(tmp_path), typed)
        assert "gpt-6-luna" in str(caught.value.values["near"]) or "scripted/echo" in str(caught.value.values["near"])


@pytest.mark.parametrize("path", ["v1", "nothing/v1"])
async def test_a_server_is_asked_for_whatever_name_was_typed(tmp_path: Path, path: str) -> None:
    """Its list does not name the model, or there is no list: whether it has it, only it knows."""
    async with FaultServer() as server:
        found = reach(tmp_path)
        vault = found.keys
        assert isinstance(vault, KeyVault)
        vault.put("v", "custom", "sk-test", f"{server.url}/{path}")
        async with found.open("v", "custom/deepseek/chat:nitro") as (provider, model):
            assert (provider.name, model.id, model.local) == ("custom", "deepseek/chat:nitro", False)
        with pytest.raises(UnknownModel):
            await opened(found, f"custom/{'x' * 300}")


async def test_a_server_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    found = reach(tmp_path)
    vault = found.keys
    assert isinstance(vault, KeyVault)
    vault.put("v", "custom", "sk-test", "http://127.0.0.1:1/v1")
    with pytest.raises(Unavailable, match="unreachable"):
        await opened(found, "custom/any")


async def test_a_vendor_without_a_key_is_locked_and_with_one_is_not(tmp_path: Path) -> None:
    model = next(model for model in ROWS.models if model.provider == "openai")
    without, with_key = reach(tmp_path), reach(tmp_path, openai="sk-test")
    assert without.locked("v", model) and not with_key.locked("v", model)
    with pytest.raises(MissingKey):
        await opened(without, model.ref)
    assert await opened(with_key, model.ref) == ("openai", model.ref)


async def test_whether_the_hub_answers_is_asked_once_in_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, now = list[float](), 0.0

    class Answering:
        async def reaches_hub(self) -> bool:
            asked.append(now)
            return len(asked) == 1

    async def connect(reach: Reach, visitor: str, name: str) -> Answering:
        assert name == "huggingface"
        return Answering()

    monkeypatch.setattr(Reach, "_connect", connect)
    found = Reach(ROWS, Options(home=tmp_path), KeyVault(60))
    found._hub.clock = lambda: now
    assert await found.reaches_hub() and await found.reaches_hub() and asked == [0.0]
    now = HUB_SECONDS + 1
    assert not await found.reaches_hub() and not await found.reaches_hub() and asked == [0.0, now]
    assert not await reach(tmp_path).reaches_hub() and len(asked) == 2, "a program that fetches nothing asks nobody"


async def test_scripted_models_are_offered_only_where_asked_for(tmp_path: Path) -> None:
    hidden = Reach(ROWS, Options(home=tmp_path, offline=True), KeyVault(60))
    assert not [model for model in await hidden.models("v") if model.provider == "scripted"]
    with pytest.raises(UnknownModel):
        await opened(hidden, "scripted/echo")


async def test_local_models_come_first(tmp_path: Path) -> None:
    local = [model.local for model in await reach(tmp_path).models("v")]
    assert local == sorted(local, reverse=True) and any(local) and not all(local)


class TestEmbeddingModels:
    def test_of_a_vendor_any_can_be_named_and_a_slip_is_told(self, tmp_path: Path) -> None:
        reach = Reach(ROWS, Options(home=tmp_path), KeyVault(60, {}))
        assert reach.embedding() == reach.embeddings()[0]
        named = reach.embedding("mistral/mistral-embed")
        assert (named.provider, named.id, named.local) == ("mistral", "mistral-embed", False)
        assert reach.embedding("custom/owner/model").id == "owner/model"
        for ref in ("huggingface/all-MiniLM", "nobody/x", "mistral/", "all-MiniLM-L6-v2"):
            with pytest.raises(UnknownModel):
                reach.embedding(ref)

    async def test_of_a_server_of_ones_own_it_is_connected_to_with_that_address(self, tmp_path: Path) -> None:
        vault = KeyVault(60, {})
        reach = Reach(ROWS, Options(home=tmp_path), vault)
        with pytest.raises(MissingKey):
            async with reach.embedder("ana", "custom/some-model"):
                pass
        vault.put("ana", "custom", "sk-canary-0123456789", "http://127.0.0.1:9/v1")
        async with reach.embedder("ana", "custom/some-model") as embedder:
            assert embedder.info.ref == "custom/some-model"
            with pytest.raises(Unavailable):
                await embedder.embed(["nobody listens there"])
