"""The one runner for every tab that measures something."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from types import MappingProxyType

from playground.asking.pump import pump
from playground.asking.threads import run_to_end
from playground.measuring.items import Item
from playground.measuring.outcomes import Attempt, Cell, Column, Outcome, Plan, Snapshot, State, seed_for
from playground.measuring.slots import Control, Slots
from providers.errors import Failure, PlaygroundError, StreamTruncated

Keep = Callable[[Cell, Outcome], None]
"""Writes a finished cell down, before it shows in any snapshot; called in a thread."""
REDRAW = 0.1
"""Seconds between two snapshots: ten a second."""

log = logging.getLogger(__name__)


async def run(
    plan: Plan, control: Control, keep: Keep | None = None, done: Mapping[Cell, Outcome] | None = None
) -> AsyncGenerator[Snapshot]:
    """Run all cells that are not among `done`, those of a run that was broken off; the last snapshot is final.

    A provider works on at most `per_provider` cells at once, and has at most that many requests in flight. A cell that
    fails leaves the others alone, and is kept with its failure. Closing the generator or `control.stop()` ends all
    cells at once; unfinished ones are not kept. What `keep` raises ends the run, and is raised.
    """
    work = _RunningCells(plan, control, keep, done or {})
    snapshots = pump(work.work(), work.snapshot, work.changed, control.stopping, lambda: REDRAW)
    async with aclosing(snapshots):
        async for snapshot in snapshots:
            yield snapshot
    yield work.snapshot("done" if len(work.outcomes) == work.total else "stopped")


class _RunningCells:
    """The cells of a run as they go on. `changed` is set, so that a page is redrawn only for something new."""

    def __init__(self, plan: Plan, control: Control, keep: Keep | None, done: Mapping[Cell, Outcome]) -> None:
        self.plan, self.control, self.keep = plan, control, keep
        self.slots = Slots(plan.per_provider, control)
        cells = plan.cells()
        self.total = len(cells)
        self.outcomes = {cell: done[cell] for cell in cells if cell in done}
        self.running: dict[Cell, Outcome] = {}
        self.changed, self.start = asyncio.Event(), time.monotonic()
        self._columns = {column.key: column for column in plan.columns}
        self._items = {item.id: item for item in plan.items}
        self._waiting: dict[str, deque[Cell]] = {}
        for cell in cells:
            if cell not in self.outcomes:
                self._waiting.setdefault(self._columns[cell.column].provider, deque()).append(cell)

    def snapshot(self, state: State | None = None) -> Snapshot:
        """As it is now."""
        return Snapshot(
            state=state or ("paused" if self.control.paused else "running"),
            total=self.total,
            outcomes=MappingProxyType(dict(self.outcomes)),
            running=MappingProxyType(dict(self.running)),
            in_flight=self.slots.in_flight,
            seconds=time.monotonic() - self.start,
        )

    async def work(self) -> None:
        """All cells, each provider's in their order. Raises what `keep` raises."""
        try:
            async with asyncio.TaskGroup() as together:
                for waiting in self._waiting.values():
                    for _ in range(min(self.plan.per_provider, len(waiting))):
                        together.create_task(self._one_after_another(waiting))
        except BaseExceptionGroup as group:  # whoever reads the run knows one error, not the groups
            raise group.exceptions[0] from None

    async def _one_after_another(self, waiting: deque[Cell]) -> None:
        while waiting:
            await self.control.going()
            if not waiting:
                return
            cell = waiting.popleft()
            outcome = await self._cell(cell, self._columns[cell.column], self._items[cell.item])
            await self._keep(cell, outcome)

    async def _keep(self, cell: Cell, outcome: Outcome) -> None:
        """What is kept is among the outcomes, even where the run is stopped while a thread writes it down."""
        kept = self.keep is None

        def write() -> None:
            nonlocal kept
            if self.keep is not None:
                self.keep(cell, outcome)
            kept = True

        try:
            if not kept:
                await run_to_end(write)
        finally:
            if kept:
                self.outcomes[cell] = outcome
                self.changed.set()

    async def _cell(self, cell: Cell, column: Column, item: Item) -> Outcome:
        """One cell to its end. What goes wrong is the cell's alone. Raises nothing but cancellation."""
        seed = seed_for(self.plan.seed, cell.item, cell.repeat)
        attempt = Attempt(item=item, repeat=cell.repeat, seed=seed, slots=self.slots)
        latest = Outcome()
        try:
            async with aclosing(column.run(attempt)) as outcomes:
                async for latest in outcomes:
                    self.running[cell] = latest
                    self.changed.set()
            if not latest.done:
                raise StreamTruncated("no_end", provider=column.provider)
            return latest
        except PlaygroundError as error:
            failure = Failure.of(error)
        except Exception as error:  # noqa: BLE001 - a defect in one cell must not take the other cells with it
            failure = Failure.of_defect(error, f"a cell of {cell.column}", log)
        finally:
            self.running.pop(cell, None)
        return replace(latest, failure=failure, score=None, done=True)
