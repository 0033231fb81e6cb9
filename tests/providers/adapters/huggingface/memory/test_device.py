"""One choice of device for every family: what PyTorch says is there, in the same order everywhere.

No such device is needed: modules that are told to move there are only noted down, and stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from providers.adapters.huggingface.memory.device import best_device
from providers.embedding import EmbeddingInfo, RerankerInfo
from providers.labels import ContrastiveInfo
from providers.types import ModelInfo
from tests.providers.adapters.huggingface import tiny, tiny_encoders, tiny_vision
from tests.providers.adapters.huggingface.conftest import Open

SAVE: dict[str, Callable[[Path], Path]] = {
    "causal": tiny.save_llama,
    "vision": tiny_vision.save_idefics,
    "embedding": tiny_encoders.save_sentences,
    "reranking": tiny_encoders.save_cross_encoder,
    "contrastive": tiny_vision.save_clip,
}


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The devices that networks were told to move to."""
    devices: list[str] = []
    to = torch.nn.Module.to

    def note(module: torch.nn.Module, *args: object, **kwargs: object) -> torch.nn.Module:
        where = [arg for arg in (*args, kwargs.pop("device", None)) if isinstance(arg, str | torch.device)]
        if where:
            devices.extend(torch.device(one).type for one in where)
            return module
        return to(module, *args, **kwargs)  # type: ignore[call-overload, no-any-return]  # a number format

    monkeypatch.setattr(torch.nn.Module, "to", note)
    return devices


def _there(monkeypatch: pytest.MonkeyPatch, *, cuda: bool, mps: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"), [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps")]
)
def test_an_accelerator_comes_before_the_processor(
    cuda: bool, mps: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _there(monkeypatch, cuda=cuda, mps=mps)
    assert best_device() == expected


@pytest.mark.parametrize(("mps", "expected"), [(True, "mps"), (False, "cpu")])
@pytest.mark.parametrize("family", SAVE)
async def test_every_family_computes_on_the_device_that_is_there(
    family: str,
    mps: bool,
    expected: str,
    moved: list[str],
    opened: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "model").mkdir()
    name = str(SAVE[family](tmp_path / "model"))
    provider = opened()
    _there(monkeypatch, cuda=False, mps=mps)
    moved.clear()
    match family:
        case "embedding":
            info = EmbeddingInfo(id=name, provider="huggingface", name="tiny", window=tiny_encoders.CONTEXT)
            progress = provider.embedder(info).prepare()
        case "reranking":
            pair = RerankerInfo(id=name, provider="huggingface", name="tiny", window=tiny_encoders.CONTEXT)
            progress = provider.reranker(pair).prepare()
        case "contrastive":
            labels = ContrastiveInfo(id=name, provider="huggingface", name="tiny", measure="softmax")
            progress = provider.labeller(labels).prepare()
        case _:
            progress = provider.prepare(ModelInfo(id=name, provider="huggingface", name="tiny"))
    assert [one.stage async for one in progress][-1] == "load"
    assert set(moved) == {expected}
