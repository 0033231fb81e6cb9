"""The sampling lab and the notebook example of docs/api.md with the real default model."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import io
import math
import re
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from types import CodeType

import numpy as np
import pytest

from playground.tabs.sampling.lab import (
    Grid,
    Growth,
    Position,
    SweepCell,
    TokenTree,
    choose,
    groups,
    grow,
    look,
    next_tokens,
    replay,
    sweep,
)
from providers import catalog, registry
from providers.base import Options, Provider
from providers.decoding import distribution, softmax
from providers.errors import ContextTooLong
from providers.types import Message, ModelInfo, Request, Sampling
from providers.whitebox import WhiteBox, shows

pytestmark = pytest.mark.network

ROOT = Path(__file__).parents[4]
NAME = "huggingface/HuggingFaceTB/SmolLM2-135M-Instruct"
TEXT = "The capital of France is"
RESHAPINGS = [
    Sampling(),
    Sampling(temperature=0.7, top_k=40),
    Sampling(temperature=1.5, top_p=0.9, min_p=0.05),
    Sampling(temperature=100, typical_p=0.9, repetition_penalty=1.3),
    Sampling(temperature=0),
]


@pytest.fixture(scope="module")
def model() -> ModelInfo:
    return catalog.find(catalog.load().models, NAME)


@pytest.fixture(scope="module")
def provider(model_home: Path) -> Iterator[Provider]:
    made = registry.connect("huggingface", catalog.load(), Options(home=model_home))
    yield made
    asyncio.run(made.aclose())


@pytest.fixture(scope="module")
def box(provider: Provider) -> WhiteBox:
    assert isinstance(provider, WhiteBox)
    return provider


async def position(box: WhiteBox, model: ModelInfo, text: str = TEXT) -> Position:
    return await look(box, model, [token.id for token in await box.encode(model, text)])


async def test_paris_comes_first_and_the_sums_are_right(box, model):
    place = await position(box, model)
    found = await next_tokens(box, model, place, Sampling())
    assert (found.rows[0].token, len(found.rows), found.vocabulary) == (" Paris", 25, 49_152)
    assert found.rows[0].probability > 0.5
    everything = await next_tokens(box, model, place, Sampling(temperature=0.7, top_k=50), k=100_000)
    assert len(everything.rows) == 49_152
    assert sum(row.probability for row in everything.rows) == pytest.approx(1)
    assert sum(row.reshaped for row in everything.rows) == pytest.approx(1)
    assert sum(row.kept for row in everything.rows) == everything.survivors == 50
    assert sum(row.reshaped for row in everything.rows if not row.kept) == 0
    assert await shows(box, model) == "logits"


@pytest.mark.parametrize("sampling", RESHAPINGS)
async def test_rows_agree_with_decoding(box, model, sampling):
    place = await position(box, model)
    found = await next_tokens(box, model, place, sampling)
    own, reshaped = softmax(place.logits), distribution(place.logits, sampling, place.ids)
    for row in found.rows:
        assert (row.logit, row.probability, row.reshaped) == (place.logits[row.id], own[row.id], reshaped[row.id])
    assert found.survivors == np.count_nonzero(reshaped)


async def test_a_greedy_path_is_forked_and_replayed(box, model):
    prompt = await box.encode(model, TEXT)
    async with aclosing(grow(box, model, TokenTree(prompt=prompt), Growth(how="greedy", steps=3))) as trees:
        tree = [tree async for tree in trees][-1]
    assert tree.path()[0].token.piece == " Paris"
    again = await replay(box, model, prompt, [node.token.id for node in tree.path()])
    for grown, replayed in zip(tree.path(), again.path(), strict=True):
        assert replayed.token == grown.token
        assert replayed.probability == pytest.approx(grown.probability, rel=1e-3)
        assert replayed.rank == grown.rank == 1
        assert [one.id for one, _ in replayed.alternatives[:3]] == [one.id for one, _ in grown.alternatives[:3]]
    london = next(one for one, _ in again.nodes[0].alternatives if one.piece == " London")
    forked = await choose(box, model, again.at(None), london.id)
    assert await box.decode(model, forked.ids) == f"{TEXT} London"


async def test_a_prompt_beyond_the_context(box, model):
    tokens = await box.encode(model, TEXT)
    with pytest.raises(ContextTooLong):
        await look(box, model, [tokens[0].id] * 8193)


async def swept(provider: Provider, model: ModelInfo, grid: Grid) -> tuple[SweepCell, ...]:
    question = Request(
        model=model,
        messages=(Message.of("user", "Write a short line about rain."),),
        sampling=Sampling(max_tokens=16),
    )
    async with aclosing(sweep(provider, question, grid, asyncio.Event())) as snapshots:
        return [cells async for cells in snapshots][-1]


@pytest.mark.long
async def test_a_seeded_sweep_is_the_same_twice_and_colder_is_less_diverse(provider, model):
    grid = Grid(temperatures=(0.2, 1.5), seeds=(1, 2, 3))
    first, second = await swept(provider, model, grid), await swept(provider, model, grid)
    assert [cell.text for cell in first] == [cell.text for cell in second]
    assert {cell.state for cell in first} == {"done"}
    assert {cell.changes for cell in first} == {()}
    assert all(cell.mean_logprob is not None and math.isfinite(cell.mean_logprob) for cell in first)
    cold, hot = groups(first)
    assert cold.distinct_2 < hot.distinct_2
    assert cold.agreement > hot.agreement
    assert cold.mean_logprob > hot.mean_logprob


async def test_the_readmes_notebook_example_runs(model_home):
    readme = (ROOT / "docs" / "api.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(import asyncio.*?)```", readme, re.DOTALL)
    home = 'user_cache_path("aula", appauthor=False)'
    assert home in example
    code = compile(example.replace(home, "HOME"), "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert isinstance(code, CodeType)
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        await eval(code, {"HOME": model_home})
    lines = shown.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == ["0.5", "1.5", "0.0", "1.0"]
    assert "('␠Paris', " in lines[0]
    assert float(lines[2].split()[1]) > float(lines[3].split()[1])  # greedy runs agree more
