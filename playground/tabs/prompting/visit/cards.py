"""One question asked in several ways at once: a card for each strategy on each model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from typing import Literal

from playground.asking.pump import pump
from playground.measuring import Control, Extraction, Item, Slots, extract
from playground.measuring.metrics import Scoring, scored
from playground.strategies.runs.columns import ColumnTools, tools_of
from playground.strategies.runs.describe import PER_PROVIDER, strategy_named
from playground.strategies.solving.generate import model_generate
from playground.strategies.solving.question import Question
from playground.strategies.solving.trace import Prompt, ReplyPart, Trace
from playground.visitors.reach import Reach
from providers.base import Provider
from providers.errors import Failure, InputError, PlaygroundError
from providers.types import ModelInfo, Sampling, Scalar

REDRAW = 0.1
"""Seconds between two states of the cards: ten a second."""
CardState = Literal["running", "done", "failed", "stopped"]
_NOTHING = Trace()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with the ways to ask it, checked. `truth`: the right answers, the first one the usual."""

    question: Question
    metric: str
    truth: tuple[str, ...] = ()
    models: tuple[str, ...]
    strategies: tuple[str, ...]
    options: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)
    passages: str = ""
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One strategy on one model. `seconds` since its first call began; `score` from 0 to 1, `None`: not scored."""

    strategy: str
    ref: str
    model: ModelInfo | None = None
    trace: Trace = _NOTHING
    state: CardState = "running"
    seconds: float = 0.0
    extraction: Extraction | None = None
    score: float | None = None
    failure: Failure | None = None


async def answers(
    asked: Asked, reach: Reach, setting: ColumnTools, control: Control
) -> AsyncGenerator[tuple[Card, ...]]:
    """All cards, growing, some ten times a second. A failure is its card's; closing ends every call.

    Raises `InputError` for strategies that are none.
    """
    names = [strategy_named(name).name for name in asked.strategies]
    if not names:
        raise InputError("empty")
    async with AsyncExitStack() as held:
        cards = [Card(strategy=name, ref=ref) for name in names for ref in asked.models]
        slots, works = Slots(PER_PROVIDER, control), list[tuple[int, AsyncGenerator[Card]]]()
        for number, card in enumerate(cards):
            try:
                provider, model = await held.enter_async_context(reach.open(setting.owner, card.ref))
            except PlaygroundError as error:
                cards[number] = replace(card, state="failed", failure=Failure.of(error))
                continue
            cards[number] = replace(card, model=model)
            works.append((number, _card(cards[number], provider, asked, slots, setting)))
        changed = asyncio.Event()
        growing = pump(
            _grow_all(cards, works, changed), lambda: tuple(cards), changed, control.stopping, lambda: REDRAW
        )
        async with aclosing(growing) as snapshots:
            async for snapshot in snapshots:
                yield snapshot
        yield tuple(replace(card, state="stopped") if card.state == "running" else card for card in cards)


async def _card(
    card: Card, provider: Provider, asked: Asked, slots: Slots, setting: ColumnTools
) -> AsyncGenerator[Card]:
    assert card.model is not None  # a card without one has failed before
    generate = model_generate(provider, card.model, asked.sampling, setting.owner, asked.question.language)
    start: float | None = None

    async def generate_in_slot(prompt: Prompt) -> AsyncGenerator[ReplyPart]:
        nonlocal start
        async with slots.at(provider.name), aclosing(generate(prompt)) as pieces:
            start = start or time.monotonic()
            async for piece in pieces:
                yield piece

    tools = tools_of(asked.passages if card.strategy == "react" else "", setting.embed, setting.search)
    traces = strategy_named(card.strategy).solve(
        asked.question, generate_in_slot, asked.options.get(card.strategy, {}), tools
    )
    async with aclosing(traces):
        async for trace in traces:
            card = replace(card, trace=trace, seconds=time.monotonic() - start if start else 0.0)
            yield await _judge_card(card, asked) if trace.done else card


async def _judge_card(card: Card, asked: Asked) -> Card:
    if card.trace.failure is not None:
        return replace(card, state="failed", failure=card.trace.failure)
    found = extract(card.trace.answer_text, asked.question.sought)
    score = None
    if asked.truth:
        first, *others = asked.truth
        item = Item(id="asked", question=asked.question.text, answer=first, accept=tuple(others))
        item = replace(item, choices=asked.question.choices)
        scoring = Scoring(language=asked.question.language, code_allowed=False)
        score = await scored(asked.metric, item, found, scoring)
    return replace(card, state="done", extraction=found, score=score)


async def _grow_all(
    cards: list[Card], works: Sequence[tuple[int, AsyncGenerator[Card]]], changed: asyncio.Event
) -> None:
    """Every state of each card at its place. Raises the defect of one, which ends them all."""
    try:
        async with asyncio.TaskGroup() as together:
            for number, coming in works:
                together.create_task(_grow(cards, number, coming, changed))
    except BaseExceptionGroup as group:  # whoever asked knows one error, not the groups
        raise group.exceptions[0] from None


async def _grow(cards: list[Card], number: int, coming: AsyncGenerator[Card], changed: asyncio.Event) -> None:
    """What a strategy refuses is the card's failure."""
    try:
        async with aclosing(coming):
            async for card in coming:
                cards[number] = card
                changed.set()
    except PlaygroundError as error:
        cards[number] = replace(cards[number], state="failed", failure=Failure.of(error))
        changed.set()
