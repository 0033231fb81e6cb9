"""The page's program with the real packaged models, built once, without a server."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from playground import page
from playground.page.program import App, Who
from playground.settings import Settings
from playground.tabs.models.visit.visits import ModelsVisits
from providers.importing import importing

WRITER = "huggingface/HuggingFaceTB/SmolLM2-135M-Instruct"
ENCODER = "huggingface/sentence-transformers/all-MiniLM-L6-v2"
ELSEWHERE = "openai/gpt-5.5"


@cache
def tiny_heads() -> ModuleType:
    """Imported by who asks: every worker finds all tests, and few need PyTorch for theirs."""
    with importing():
        from tests.providers.adapters.huggingface import tiny_heads
    return tiny_heads


@pytest.fixture(scope="session")
def app(model_home: Path, tmp_path_factory: pytest.TempPathFactory) -> App[ModelsVisits]:
    """PyTorch answers, too: it has the model in memory to look into, and another engine would have to start for it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("models", "encoders"):
        (model_home / name).mkdir(exist_ok=True)
        (home / name).symlink_to(model_home / name)
    chosen = {"home": home, "model": WRITER, "engine": "torch", "messages_per_minute": 500}
    return page.create(Settings(_env_file=None, **chosen)).app("models")  # type: ignore[arg-type, call-arg]


@pytest.fixture
def who(app: App[ModelsVisits], request: pytest.FixtureRequest) -> Who:
    return Who(request.node.name, "en", app.texts)
