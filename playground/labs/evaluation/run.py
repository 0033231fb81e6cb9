"""The one runner for every tab that measures something."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping

from playground.labs.evaluation.outcomes import Cell, Outcome, Plan, Snapshot
from playground.labs.evaluation.slots import Control

Keep = Callable[[Cell, Outcome], None]


async def run(
    plan: Plan, control: Control, keep: Keep | None = None, done: Mapping[Cell, Outcome] | None = None
) -> AsyncGenerator[Snapshot]:
    """Snapshots, at most ten a second and at least four, the last one done or stopped."""
    raise NotImplementedError
    yield
