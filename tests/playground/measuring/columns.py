"""Columns that answer without a model, for tests of the runner."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from playground.measuring import Attempt, Column, Extraction, Item, Outcome
from providers.errors import RateLimited
from providers.types import Usage

ITEMS = tuple(Item(id=f"item-{n:02d}", question=f"{n} + {n}?", answer=str(2 * n)) for n in range(12))


@dataclass(slots=True)
class Watch:
    """What happens while a run goes on."""

    now: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    begun: list[tuple[str, str, int]] = field(default_factory=list)
    ended: int = 0
    cancelled: int = 0

    async def request(self, provider: str, seconds: float) -> None:
        """A request to a model: counted while it is under way."""
        self.now[provider] += 1
        self.most[provider] = max(self.most[provider], self.now[provider])
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.now[provider] -= 1


@dataclass(frozen=True, slots=True)
class Answers:
    """A column's `run`: `samples` requests at once; wrong on every `wrong`-th seed; fails on the items in `failing`."""

    key: str
    provider: str
    watch: Watch
    seconds: float = 0.001
    samples: int = 1
    wrong: int = 3
    failing: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()

    async def __call__(self, attempt: Attempt) -> AsyncGenerator[Outcome]:
        item = attempt.item
        self.watch.begun.append((self.key, item.id, attempt.repeat))
        yield Outcome(text="thinking", calls=0)
        async with asyncio.TaskGroup() as together:
            for _ in range(self.samples):
                together.create_task(self._ask(attempt))
        if item.id in self.failing:
            raise RateLimited(provider=self.provider, status=429)
        if item.id in self.broken:
            raise ZeroDivisionError("a secret in the message")
        right = attempt.seed % self.wrong != 0
        value = item.answer if right else str(-1 - attempt.seed % 7)
        self.watch.ended += 1
        yield Outcome(
            text=f"The answer is {value}.",
            extraction=Extraction(value, 14, 14 + len(value), "stated"),
            score=float(value == item.answer),
            calls=self.samples,
            usage=Usage(input_tokens=10, output_tokens=3),
            seconds=0.5,
            cost=0.25,
            trace={"seed": attempt.seed, "steps": ["one", "two"]},
            done=True,
        )

    async def _ask(self, attempt: Attempt) -> None:
        async with attempt.slots.at(self.provider):
            await self.watch.request(self.provider, self.seconds)


def column(key: str, watch: Watch, provider: str = "here", **settings: object) -> Column:
    run = Answers(key, provider, watch, **settings)  # type: ignore[arg-type]
    return Column(key=key, label=key.title(), provider=provider, run=run)
