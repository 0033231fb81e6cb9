"""A visitor's work in the Prompting tab: a question asked in several ways, and runs over sets that are kept."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import ClassVar

from playground.measuring.store import STRATEGIES
from playground.tabs.prompting.visit.cards import Asked, Card, answers
from playground.visitors.kept_runs import FILE, MOST_RUNS
from playground.visitors.strategy_runs import Searcher, StrategyRuns

__all__ = ["FILE", "MOST_RUNS", "PromptingVisits", "Searcher"]


@dataclass(slots=True)
class PromptingVisits(StrategyRuns):
    """At each place ("question", "set", …) one piece of work a visitor: a new one stops the one before."""

    ROOM: ClassVar[str] = "prompting"
    MEASUREMENT: ClassVar[str] = STRATEGIES

    async def ask(self, visitor: str, asked: Asked, place: str = "question") -> AsyncGenerator[tuple[Card, ...]]:
        """All strategies on all models at once: see `cards.answers`. Raises `LimitExceeded` besides."""
        async with self.sessions.work.at(visitor, f"{self.ROOM}-{place}") as control:
            asking = answers(asked, self.reach, await self._setting(visitor), control)
            async with aclosing(asking) as snapshots:
                async for snapshot in snapshots:
                    yield snapshot
