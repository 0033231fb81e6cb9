"""Tiny models, made once; the real default model, fetched once for all runs; a provider that is closed afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from providers import catalog
from providers.adapters.huggingface import connect
from providers.adapters.huggingface.bounded import building
from providers.adapters.huggingface.provider import HuggingFace
from providers.base import Connection, Credentials, Options
from providers.catalog_row import Package
from providers.types import ModelInfo
from tests.providers.adapters.huggingface import tiny

Open = Callable[..., HuggingFace]


@pytest.fixture(scope="session", autouse=True)
def one_builder() -> Iterator[None]:
    """The process that builds models without numbers stays for all tests: to import PyTorch takes it eight seconds of
    a processor, and on a slow machine two minutes pass between two tests that ask it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "IDLE", 86_400.0)
        yield


@pytest.fixture(scope="session")
def llama_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_llama(tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="session")
def gpt2_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_gpt2(tmp_path_factory.mktemp("gpt2"))


@pytest.fixture(scope="session")
def wheel_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wheels")


@pytest.fixture(scope="session")
def tiny_package(wheel_folder: Path) -> Package:
    return tiny.save_wheel(wheel_folder)


@pytest.fixture
def only_local_wheels(wheel_folder: Path, tiny_package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip sees the tiny wheel and no index."""
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel_folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens providers with a home of their own and closes them."""
    providers = []

    def opener(*models: ModelInfo, key: str | None = None, **options: object) -> HuggingFace:
        settings = Options(**{"home": tmp_path / "home", **options})  # type: ignore[arg-type]
        connection = Connection(
            provider="huggingface", models=models, options=settings, credentials=Credentials(key=key)
        )
        providers.append(connect(connection))
        return providers[-1]

    yield opener
    for provider in providers:
        await provider.aclose()


@pytest.fixture(scope="session")
def default_model() -> ModelInfo:
    rows = catalog.load().of("huggingface")
    return catalog.find(rows, "huggingface/HuggingFaceTB/SmolLM2-135M-Instruct")
