"""The whole way of the measured route with the real default model, in a home of its own: reply, measures, replies."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from providers.adapters.huggingface import connect
from providers.adapters.huggingface.memory import companions
from providers.adapters.huggingface.provider import HuggingFace
from providers.adapters.huggingface.weights.completing import EXACT
from providers.adapters.huggingface.weights.publish import link
from providers.adapters.huggingface.weights.record import read_record
from providers.base import Connection, Options, complete
from providers.types import Message, ModelInfo, Request, Sampling

pytestmark = [pytest.mark.network, pytest.mark.long]
FAST, LONE = "openvino-q8_0", "llamacpp-q8_0"
SPEEDS = {
    FAST: {"one": 0.1, "eight": 0.8, "prompt": 20.0},
    LONE: {"one": 0.2, "eight": 0.2, "prompt": 5.0},
}
"""So slow that no computer is slower: what was expected is kept wherever this runs."""


@pytest.fixture
def folder(tmp_path: Path, model_home: Path, default_model: ModelInfo) -> Path:
    """The default model as a version made it that knew neither speeds nor the exact variant in 8 bits."""
    provider = connect(Connection(provider="huggingface", models=(default_model,), options=Options(home=model_home)))
    asyncio.run(made_ready(provider, default_model))
    kept = model_home / "models" / default_model.id.replace("/", "--")
    made = tmp_path / "models" / kept.name
    shutil.copytree(kept, made, copy_function=lambda source, target: link(Path(source), Path(target)))
    record = read_record(made) or pytest.fail("no record")
    nll = {name: value for name, value in record.nll.items() if name not in (EXACT, LONE)}
    replace(record, nll=nll, speeds={}).write(made)
    return made


async def made_ready(provider: HuggingFace, model: ModelInfo) -> None:
    async for _ in provider.prepare(model):
        pass
    await provider.aclose()


def ask(model: ModelInfo, seed: int | None = None) -> Request:
    sampling = Sampling(temperature=1.0, max_tokens=12, seed=seed)
    return Request(model=model, messages=(Message.of("user", "Tell me a long story."),), sampling=sampling)


async def engines_of(provider: HuggingFace, *requests: Request) -> list[str | None]:
    return [reply.done.engine for reply in await asyncio.gather(*(complete(provider, one) for one in requests))]


async def test_both_engines_are_measured_and_each_reply_names_the_one_that_ends_it_sooner(
    folder: Path, default_model: ModelInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(companions, "QUIET", 0.0)  # other programs may compute here as they like
    options = Options(home=tmp_path, offline=True)
    provider = connect(Connection(provider="huggingface", models=(default_model,), options=options))
    model = default_model
    assert await engines_of(provider, ask(model)) == [FAST]
    await provider.settle(model)
    record = read_record(folder) or pytest.fail("no record")
    assert {FAST, LONE} <= record.speeds.keys() and {EXACT, LONE} <= record.nll.keys()
    assert "openvino-f16.gguf" not in record.files and not (folder / "openvino-f16.gguf").exists()
    assert f"{model.id}@{EXACT}" in provider.loaded
    replace(record, speeds=SPEEDS).write(folder)
    await provider.settle(model)
    assert f"{model.id}@{LONE}" in provider.loaded
    assert await engines_of(provider, ask(model)) == [LONE], "alone"
    together = await engines_of(provider, *(ask(model) for _ in range(3)))
    assert all(engine is not None and engine.endswith(FAST) for engine in together), "in company"
    assert await engines_of(provider, ask(model, seed=1)) == [EXACT]
    card = await provider.describe(model)
    assert {FAST, LONE, EXACT} <= set(card.resident)
    await provider.aclose()
