"""What a visitor wants to measure, as the description of a run, and what it may cost."""

from __future__ import annotations

import asyncio
import platform
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import cast

from playground.asking.errors import ArgumentError
from playground.asking.lending import Search
from playground.asking.opening import Opened
from playground.measuring import Item, TaskSet
from playground.measuring.errors import MeasuringLimit
from playground.measuring.likelihood import Normalise
from playground.measuring.store import ColumnDescription, RunDescription
from playground.strategies.runs.columns import DOCUMENTS, LETTERS, NORMALISE, PASSAGES, first_prompt, knobs_of, tools_of
from playground.strategies.solving.question import NamedEmbed, Question
from playground.strategies.solving.strategy import Strategy, strategies, strategy
from providers.base import Provider
from providers.errors import InputError
from providers.pricing import cost
from providers.types import Message, ModelInfo, Sampling, Scalar, Usage

BASELINE = "zero_shot"
PLAIN = ("zero_shot", "few_shot", "template")
"""Strategies of one prompt, after which options can be compared by their likelihood."""
PER_PROVIDER = 4
PER_COMPUTER = 16
"""Requests in flight: a vendor counts them, this computer serves them in one batch."""
MOST_CELLS = 10_000
MOST_REPEATS = 20
_CHARACTERS_PER_TOKEN = 3
"""An estimate from above for English and Spanish: four are usual."""
EMBEDDING = "embedding"
"""Among a run's versions: the model that similar examples are chosen by."""
_NAMED = ("transformers", "torch", "openvino-genai", "openai", "anthropic")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What to measure, checked. `normalise` set: options are compared by their likelihood, nothing is written.

    `options` by strategy; `titles` are what strategies are called in the visitor's language.
    """

    tasks: TaskSet
    count: int
    models: tuple[str, ...]
    strategies: tuple[str, ...]
    options: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    passages: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    repeats: int = 1
    seed: int = 0
    normalise: Normalise | None = None
    letters: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Before a run: calls and US dollars at most, `None` where a price is unknown; the models that are elsewhere."""

    calls: int
    cost: float | None
    elsewhere: tuple[str, ...]

    @property
    def free(self) -> bool:
        """Nobody will be paid."""
        return not self.elsewhere


def strategy_named(name: str) -> Strategy:
    """The strategy of that name. Raises `ArgumentError("choice")`."""
    names = [one.name for one in strategies()]
    if name not in names:
        raise ArgumentError("choice", name="strategies", choices=", ".join(names))
    return strategy(name)


def sample_items(tasks: TaskSet, count: int, seed: int) -> tuple[Item, ...]:
    """Some items of a set, in its order; the same ones for the same seed, and more contain fewer's."""
    places = random.Random(seed).sample(range(len(tasks.items)), len(tasks.items))[:count]
    return tuple(tasks.items[place] for place in sorted(places))


async def describe(
    wanted: RunRequest, opened: Opened, near: NamedEmbed | None = None, search: Search | None = None
) -> RunDescription:
    """The run as it will be kept. Raises what a strategy refuses, before anything is sent."""
    names = [strategy_named(name).name for name in wanted.strategies]
    if wanted.normalise is not None:
        names = [name for name in names if name in PLAIN] or [BASELINE]
    items = sample_items(wanted.tasks, wanted.count, wanted.seed)
    if not items or not names:
        raise InputError("empty")
    cells = len(names) * len(wanted.models) * len(items) * wanted.repeats
    if cells > MOST_CELLS:
        raise MeasuringLimit("answers", limit=MOST_CELLS)
    columns = []
    for name in names:
        options, tools = _options(wanted, name, search), tools_of(wanted.passages, near, search)
        prompt = await first_prompt(strategy(name), Question.of(wanted.tasks, items[0]), options, tools)
        columns += [_column(wanted, name, model, options, prompt) for model in opened.values()]
    keys = [one.key for one in columns]
    return RunDescription(
        tasks=wanted.tasks.name,
        language=wanted.tasks.language,
        kind=wanted.tasks.kind,
        metric=wanted.tasks.metrics[0],
        instruction=wanted.tasks.instruction,
        answer_format=wanted.tasks.answer_format,
        aliases=wanted.tasks.aliases,
        items=items,
        examples=wanted.tasks.examples,
        columns=tuple(columns),
        baseline=next((one.key for one in columns if one.strategy == BASELINE), keys[0]),
        repeats=wanted.repeats,
        per_provider=PER_COMPUTER if all(model.local for _, model in opened.values()) else PER_PROVIDER,
        seed=wanted.seed,
        versions=await asyncio.to_thread(lambda: versions() | _embedding(wanted, names, near)),
    )


def _embedding(wanted: RunRequest, names: Sequence[str], near: NamedEmbed | None) -> dict[str, str]:
    """What a result depends on where examples are chosen by their meaning."""
    chosen = any(wanted.options.get(name, {}).get("choose") == "similar" for name in names)
    if near is None or not chosen:
        return {}
    return {EMBEDDING: near.ref, "sentence-transformers": version("sentence-transformers")}


def _options(wanted: RunRequest, name: str, search: Search | None) -> dict[str, Scalar]:
    options: dict[str, Scalar] = dict(wanted.options.get(name, {}))
    if name == "react" and wanted.passages.strip():
        options[PASSAGES] = wanted.passages
    elif name == "react" and search is not None:
        options[DOCUMENTS] = True
    if wanted.normalise is not None:
        options |= {NORMALISE: wanted.normalise, LETTERS: wanted.letters}
    return options


def _column(
    wanted: RunRequest,
    name: str,
    opened: tuple[Provider, ModelInfo],
    options: Mapping[str, Scalar],
    prompt: Sequence[Message],
) -> ColumnDescription:
    model = opened[1]
    title = wanted.titles.get(name, name)
    measured = "likelihood:" if wanted.normalise is not None else ""
    return ColumnDescription(
        key=f"{measured}{name}@{model.ref}",
        label=title if len(wanted.models) == 1 else f"{title} · {model.name}",
        model=model.ref,
        strategy=name,
        options=dict(options),
        sampling={
            key: list(value) if isinstance(value, tuple) else value for key, value in _sampling_values(wanted).items()
        },
        prompts={f"{place} {one.role}": one.text for place, one in enumerate(prompt, 1)},
    )


def _sampling_values(wanted: RunRequest) -> dict[str, float | int | tuple[str, ...]]:
    return wanted.sampling.without_neutral().chosen_values()


def versions() -> dict[str, str]:
    """Of what a result depends on, as far as it is installed."""
    found = {"python": platform.python_version()}
    for name in _NAMED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


async def estimate(description: RunDescription, opened: Opened) -> Estimate:
    """At most: every call at the length limit, the longest question throughout."""
    tries = len(description.items) * description.repeats
    longest = max((len(one.question) for one in description.items), default=0)
    calls, total = 0, cast("float | None", 0.0)
    elsewhere: list[str] = []
    for one in description.columns:
        model = opened[one.model][1]
        each = strategy(one.strategy).calls(knobs_of(one))
        calls += each * tries
        if model.local:
            continue
        elsewhere.append(model.name)
        written = int(cast("int", one.sampling.get("max_tokens") or model.max_output or 2048))
        prompt = (sum(map(len, one.prompts.values())) + longest) // _CHARACTERS_PER_TOKEN
        read = prompt + (each - 1) * written // 2  # a later call of the same question reads what the earlier ones wrote
        price = cost(model, Usage(input_tokens=read, output_tokens=written, estimated=True))
        total = None if total is None or price is None else total + price * each * tries
    return Estimate(calls=calls, cost=total, elsewhere=tuple(dict.fromkeys(elsewhere)))
