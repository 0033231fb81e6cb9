"""A visitor's measurements of strategies on models: proposed, confirmed, kept, run, and gone on with.

Whatever tab measures answers of models measures them so: Prompting strategies, Evaluation models against each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from typing import ClassVar

from playground.asking.lending import Search
from playground.asking.opening import Opened, opened_for
from playground.measuring import Plan, Snapshot, TaskSet, run
from playground.measuring.errors import MeasuringError
from playground.measuring.store import RunDescription, Runs, StoredRun
from playground.strategies.runs.columns import ColumnTools, columns_of
from playground.strategies.runs.describe import EMBEDDING, Estimate, RunRequest, describe, estimate
from playground.visitors import Sessions
from playground.visitors.expiring import Expiring
from playground.visitors.kept_runs import KeptRuns
from playground.visitors.nearness import Nearness
from playground.visitors.reach import Reach
from playground.visitors.remembering import Remembers

_HOURS = 14_400.0
"""Seconds for which a visitor's own questions are kept that are part of no run."""
_MINUTES = 600.0
"""Seconds for which a run waits to be confirmed."""

Searcher = Callable[[str], Awaitable[Search | None]]
"""A visitor → a search over the documents of theirs; `None` where there are none."""


@dataclass(slots=True)
class StrategyRuns(Remembers):
    """At each place ("set", …) one piece of work a visitor: a new one stops the one before.

    Each counts against the visitor's messages a minute, and holds one of the visitor's streams. `ROOM` is the tab that
    it belongs to, `MEASUREMENT` the kind of its runs.
    """

    ROOM: ClassVar[str] = ""
    MEASUREMENT: ClassVar[str] = ""

    reach: Reach
    sessions: Sessions
    code_allowed: bool = False
    searcher: Searcher | None = None
    near: Nearness = field(init=False, repr=False)
    """What similar examples are chosen by."""
    kept: KeptRuns = field(init=False, repr=False)
    _own: Expiring[TaskSet] = field(default_factory=lambda: Expiring(_HOURS, 200), repr=False)
    _waiting: Expiring[RunDescription] = field(default_factory=lambda: Expiring(_MINUTES), repr=False)

    def __post_init__(self) -> None:
        self.near, self.kept = Nearness(self.reach), KeptRuns(self.sessions)

    async def propose(self, visitor: str, wanted: RunRequest) -> tuple[RunDescription, Estimate]:
        """What would be run, and what it may cost; kept for `confirm`. Nothing is sent.

        Raises what a model or a strategy refuses beforehand, `MeasuringLimit("answers")`.
        """
        async with AsyncExitStack() as stack:
            opened = await opened_for(stack, self.reach, visitor, wanted.models)
            setting = await self._setting(visitor)
            described = await describe(wanted, opened, self.near, setting.search)
            description = self._complete_description(replace(described, measurement=self.MEASUREMENT), opened)
            await columns_of(description, opened, setting)
            found = await estimate(description, opened)
        self._waiting.put(visitor, description)
        return description, found

    def _complete_description(self, description: RunDescription, opened: Opened) -> RunDescription:
        """The run as this tab wants it kept."""
        return description

    def keep_own(self, visitor: str, tasks: TaskSet) -> None:
        """The visitor's own questions, for some hours."""
        self._own.put(visitor, tasks)

    def own_tasks(self, visitor: str) -> TaskSet | None:
        """The questions that the visitor uploaded last."""
        return self._own.get(visitor)

    def confirm(self, visitor: str) -> RunDescription:
        """What was proposed last. Raises `MeasuringError("run")` where that is too long ago."""
        if (description := self._waiting.pop(visitor)) is None:
            raise MeasuringError("run")
        return description

    def create(self, visitor: str, name: str, description: RunDescription) -> str:
        """Keep a new run; its id. Raises `MeasuringLimit("runs")`, `StorageFailed`."""
        return self.kept.create(visitor, name, description)

    async def measure(self, visitor: str, run_id: str, place: str = "set") -> AsyncGenerator[Snapshot]:
        """Run what of a kept run is not done yet: all of a new one, the rest of one that was stopped or broke off.

        Every finished cell is kept at once. Raises what `Reach.open` and `Runs` raise.
        """
        async with (
            self.sessions.work.at(visitor, f"{self.ROOM}-{place}") as control,
            AsyncExitStack() as stack,
            self.kept.open_beside(visitor) as runs,
        ):
            description = (await asyncio.to_thread(runs.load, run_id)).description
            done = await asyncio.to_thread(runs.to_resume, run_id)
            refs = list(dict.fromkeys(column.model for column in description.columns))
            opened = await opened_for(stack, self.reach, visitor, refs)
            plan = Plan(
                columns=await columns_of(description, opened, await self._setting(visitor, description)),
                items=description.items,
                repeats=description.repeats,
                per_provider=description.per_provider,
                seed=description.seed,
            )
            running = run(plan, control, lambda cell, outcome: runs.keep(run_id, cell, outcome), done)
            async with aclosing(running) as snapshots:
                async for snapshot in snapshots:
                    yield snapshot

    def runs(self, visitor: str) -> AbstractContextManager[Runs]:
        """The visitor's kept runs. Raises `StorageFailed`."""
        return self.kept.open(visitor)

    def load_run(self, visitor: str, run: str) -> StoredRun:
        """A kept run without its answers. Raises as `Runs`."""
        return self.kept.load_run(visitor, run)

    def list_runs(self, visitor: str) -> tuple[StoredRun, ...]:
        """The kept runs of this kind of measurement, newest first; a visitor without any gets no file."""
        return self.kept.list_runs(visitor, (self.MEASUREMENT,))

    def count_remembered(self, visitor: str) -> Mapping[str, int]:
        """See `playground.visitors.remembering.Remembers`."""
        own = self._own.get(visitor)
        return {"runs": len(self.list_runs(visitor)), "questions": len(own.items) if own is not None else 0}

    async def forget(self, visitor: str) -> None:
        """As `count_remembered`: what is in memory."""
        self._own.pop(visitor)
        self._waiting.pop(visitor)

    def pause(self, visitor: str, place: str = "set") -> None:
        """Let the requests under way end, and begin none."""
        if control := self.sessions.work.control(visitor, f"{self.ROOM}-{place}"):
            control.pause()

    def resume(self, visitor: str, place: str = "set") -> None:
        """Go on after a pause."""
        if control := self.sessions.work.control(visitor, f"{self.ROOM}-{place}"):
            control.resume()

    def stop(self, visitor: str, place: str) -> None:
        """End the work at that place at once; what is there stays."""
        self.sessions.work.stop(visitor, f"{self.ROOM}-{place}")

    async def _setting(self, visitor: str, kept: RunDescription | None = None) -> ColumnTools:
        """A kept run goes on with the embedding model that it was begun with."""
        ref = kept.versions.get(EMBEDDING, "") if kept is not None else ""
        near = self.near if ref in ("", self.near.ref) else Nearness(self.reach, ref)
        search = await self.searcher(visitor) if self.searcher is not None else None
        return ColumnTools(owner=visitor, code_allowed=self.code_allowed, embed=near, search=search)
