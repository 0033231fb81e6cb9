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

from playground.measuring.items import Item
from playground.measuring.outcomes import Attempt, Cell, Column, Outcome, Plan, Snapshot, State, seed_for
from playground.measuring.slots import Control, Slots
from providers.errors import Failure, PlaygroundError, StreamTruncated

Keep = Callable[[Cell, Outcome], None]
"""Writes a finished cell down, before it shows in any snapshot."""
REDRAW = 0.1
"""Seconds between two snapshots: ten a second."""
HEARTBEAT = 0.25
"""Seconds after which there is a snapshot all the same, so that a closed page is noticed."""

log = logging.getLogger(__name__)


async def run(
    plan: Plan, control: Control, keep: Keep | None = None, done: Mapping[Cell, Outcome] | None = None
) -> AsyncGenerator[Snapshot]:
    """Run all cells that are not among `done`, those of a run that was broken off; the last snapshot is final.

    A provider works on at most `per_provider` cells at once, and has at most that many requests in flight. A cell that
    fails leaves the others alone, and is kept with its failure. Closing the generator or `control.stop()` ends all
    cells at once; unfinished ones are not kept. What `keep` raises ends the run, and is raised.
    """
    work = _Run(plan, control, keep, done or {})
    working = asyncio.create_task(work.work())
    stopping = asyncio.create_task(control.until_stopped())
    try:
        async with aclosing(_snapshots(work, working, stopping)) as snapshots:
            async for snapshot in snapshots:
                yield snapshot
        await _cancel(working)
        if not working.cancelled() and (error := working.exception()) is not None:
            raise error
        yield work.snapshot("stopped" if working.cancelled() else "done")
    finally:
        await _cancel(working)
        await _cancel(stopping)


async def _snapshots(work: _Run, working: asyncio.Task[None], stopping: asyncio.Task[None]) -> AsyncGenerator[Snapshot]:
    """Until the work is done or stopped: what has changed, at most ten times a second; in any case each 0.25 s."""
    clock = asyncio.get_running_loop().time
    shown, at = work.changes, clock()
    yield work.snapshot()
    while not (await asyncio.wait({working, stopping}, timeout=REDRAW, return_when=asyncio.FIRST_COMPLETED))[0]:
        now = clock()
        if shown != work.changes or now - at + REDRAW > HEARTBEAT:
            shown, at = work.changes, now
            yield work.snapshot()


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


class _Run:
    """The cells of a run as they go on. `changes` counts, so that a page is redrawn only for something new."""

    def __init__(self, plan: Plan, control: Control, keep: Keep | None, done: Mapping[Cell, Outcome]) -> None:
        self.plan, self.control, self.keep = plan, control, keep
        self.slots = Slots(plan.per_provider, control)
        cells = plan.cells()
        self.total = len(cells)
        self.outcomes = {cell: done[cell] for cell in cells if cell in done}
        self.running: dict[Cell, Outcome] = {}
        self.changes, self.start = 0, time.monotonic()
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
            if self.keep is not None:
                self.keep(cell, outcome)
            self.outcomes[cell] = outcome
            self.changes += 1

    async def _cell(self, cell: Cell, column: Column, item: Item) -> Outcome:
        """One cell to its end. What goes wrong is the cell's alone. Raises nothing but cancellation."""
        seed = seed_for(self.plan.seed, cell.item, cell.repeat)
        attempt = Attempt(item=item, repeat=cell.repeat, seed=seed, slots=self.slots)
        latest = Outcome()
        try:
            async with aclosing(column.run(attempt)) as outcomes:
                async for latest in outcomes:
                    self.running[cell] = latest
                    self.changes += 1
            if not latest.done:
                raise StreamTruncated("no_end", provider=column.provider)
            return latest
        except PlaygroundError as error:
            failure = Failure.of(error)
        except Exception as error:  # noqa: BLE001 - a defect in one cell must not take the other cells with it
            # Only its class: the message of a foreign error may hold a key or a visitor's text.
            log.error("a cell of %s failed: %s", cell.column, type(error).__name__)
            failure = Failure("internal")
        finally:
            self.running.pop(cell, None)
        return replace(latest, failure=failure, score=None, done=True)
