"""What every provider promises (`tests/providers/test_contract.py`), of each engine, through the provider's stream.

That closing stops the work is in each engine's own tests, which count what it computes.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from providers.adapters.huggingface import engines
from providers.adapters.huggingface.engines import openvino
from providers.adapters.huggingface.engines.openvino.pipeline import rewrite
from providers.adapters.huggingface.provider import HuggingFace
from providers.adapters.huggingface.weights.record import read_record
from providers.base import complete
from providers.types import Done, ModelInfo, Sampling, TextDelta
from tests.providers.adapters.huggingface import tiny
from tests.providers.adapters.huggingface.conftest import Open
from tests.providers.adapters.huggingface.test_provider import ask, events_of, ready

GREEDY = Sampling(temperature=0, max_tokens=12)
Ready = tuple[HuggingFace, ModelInfo]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one model with files for every engine. llama.cpp is measured when it is asked for; here it passes."""
    made = tiny.save_converted(tmp_path_factory.mktemp("tiny"))
    record = read_record(made) or pytest.fail("no record")
    replace(record, nll={**record.nll, "llamacpp-q8_0": record.nll["reference"]}).write(made)
    return made


@pytest.fixture(params=engines.names())
async def served(opened: Open, folder: Path, request: pytest.FixtureRequest) -> Ready:
    provider = opened(engine=request.param)
    model = await ready(provider, folder)
    assert all(f"@{request.param}" in name for name in provider.loaded)
    return provider, model


async def texts_of(provider: HuggingFace, model: ModelInfo, seeds: Sequence[int]) -> list[str]:
    """Of what is asked at once, with these seeds."""
    asked = [ask(model, f"fox {seed}", Sampling(temperature=1.2, seed=seed, max_tokens=20)) for seed in seeds]
    return [reply.text for reply in await asyncio.gather(*(complete(provider, one) for one in asked))]


async def test_exactly_one_done_comes_last_and_the_deltas_are_the_completion(served: Ready) -> None:
    provider, model = served
    *events, done = await events_of(provider, ask(model, sampling=GREEDY))
    completion = await complete(provider, ask(model, sampling=GREEDY))
    assert isinstance(done, Done) and not any(isinstance(event, Done) for event in events)
    assert (done.finish, done.usage) == (completion.done.finish, completion.done.usage)
    assert completion.text == "".join(event.text for event in events if isinstance(event, TextDelta)) != ""


async def test_streams_side_by_side_never_mix_and_a_seed_repeats_where_another_differs(served: Ready) -> None:
    alone = [text for seed in range(3) for text in await texts_of(*served, [seed])]
    assert await texts_of(*served, range(3)) == alone
    assert len(set(alone)) == 3


async def test_the_length_and_stop_strings(served: Ready) -> None:
    provider, model = served
    short = await complete(provider, ask(model, sampling=replace(GREEDY, max_tokens=5)))
    assert (short.done.finish, short.done.usage.output_tokens) == ("length", 5)
    whole = (await complete(provider, ask(model, sampling=GREEDY))).text
    mark = whole[len(whole) // 2 :][:2]
    cut = await complete(provider, ask(model, sampling=replace(GREEDY, stop=(mark,))))
    assert (cut.text, cut.done.finish) == (whole[: whole.index(mark)], "stop")


async def test_without_memory_for_the_exact_variant_a_seed_means_less_and_says_so(
    opened: Open, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is an exact one in 16 bits alone: that in 8 bits takes no more than the fast one."""
    monkeypatch.setattr(openvino, "KINDS", ("q8_0", "f16"))
    both = Path(shutil.copytree(folder, tmp_path / "both"))
    rewrite(folder.parent / "tiny.gguf", both, ("f16",))
    record = read_record(both) or pytest.fail("no record")
    replace(record, nll={**record.nll, "openvino-f16": record.nll["reference"]}).write(both)
    fast, exact = openvino.variants(both)
    for memory, engine, said in (
        (fast.memory(""), fast.name, [("seed", "not_alone")]),
        (fast.memory("") + exact.memory(""), exact.name, []),
    ):
        provider = opened(engine="openvino", memory=memory)
        asked = ask(await ready(provider, both), sampling=Sampling(seed=1, max_tokens=2))
        completion = await complete(provider, asked)
        assert completion.done.engine == engine
        assert [(change.what, change.reason) for change in completion.changes] == said
