"""A visitor's work in the Prompting tab: a question asked in several ways, and runs over sets that are kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from playground.asking.lending import Search
from playground.asking.opening import opened_for
from playground.asking.threads import run_to_end
from playground.measuring import Plan, Snapshot, TaskSet, run
from playground.measuring.errors import MeasuringError, MeasuringLimit
from playground.measuring.store import RunDescription, Runs, StoredRun
from playground.strategies.runs.columns import ColumnTools, columns_of
from playground.strategies.runs.describe import EMBEDDING, Estimate, RunRequest, describe, estimate
from playground.tabs.prompting.visit.cards import Asked, Card, answers
from playground.visitors import Sessions
from playground.visitors.expiring import Expiring
from playground.visitors.nearness import Nearness
from playground.visitors.reach import Reach

FILE = "runs.sqlite"
MOST_RUNS = 200
"""Runs that a visitor may keep."""
_HOURS = 14_400.0
"""Seconds for which a visitor's own questions are kept that are part of no run."""
_MINUTES = 600.0
"""Seconds for which a run waits to be confirmed."""


Searcher = Callable[[str], Awaitable[Search | None]]
"""A visitor → a search over the documents of theirs; `None` where there are none."""


@dataclass(slots=True)
class PromptingVisits:
    """At each place ("question", "set", …) one piece of work a visitor: a new one stops the one before.

    Each counts against the visitor's messages a minute, and holds one of the visitor's streams.
    """

    reach: Reach
    sessions: Sessions
    code_allowed: bool = False
    searcher: Searcher | None = None
    near: Nearness = field(init=False, repr=False)
    """What similar examples are chosen by."""
    _own: Expiring[TaskSet] = field(default_factory=lambda: Expiring(_HOURS, 200), repr=False)
    _waiting: Expiring[RunDescription] = field(default_factory=lambda: Expiring(_MINUTES), repr=False)

    def __post_init__(self) -> None:
        self.near = Nearness(self.reach)

    async def ask(self, visitor: str, asked: Asked, place: str = "question") -> AsyncGenerator[tuple[Card, ...]]:
        """All strategies on all models at once: see `cards.answers`. Raises `LimitExceeded` besides."""
        async with self.sessions.work.at(visitor, f"prompting-{place}") as control:
            asking = answers(asked, self.reach, await self._setting(visitor), control)
            async with aclosing(asking) as snapshots:
                async for snapshot in snapshots:
                    yield snapshot

    async def propose(self, visitor: str, wanted: RunRequest) -> tuple[RunDescription, Estimate]:
        """What would be run, and what it may cost; kept for `confirmed`. Nothing is sent.

        Raises what a model or a strategy refuses beforehand, `MeasuringLimit("answers")`.
        """
        async with AsyncExitStack() as stack:
            opened = await opened_for(stack, self.reach, visitor, wanted.models)
            setting = await self._setting(visitor)
            description = await describe(wanted, opened, self.near, setting.search)
            await columns_of(description, opened, setting)
            found = await estimate(description, opened)
        self._waiting.put(visitor, description)
        return description, found

    def keep_own(self, visitor: str, tasks: TaskSet) -> None:
        """The visitor's own questions, for some hours."""
        self._own.put(visitor, tasks)

    def own(self, visitor: str) -> TaskSet | None:
        """The questions that the visitor uploaded last."""
        return self._own.get(visitor)

    def confirmed(self, visitor: str) -> RunDescription:
        """What was proposed last. Raises `MeasuringError("run")` where that is too long ago."""
        if (description := self._waiting.pop(visitor)) is None:
            raise MeasuringError("run")
        return description

    def create(self, visitor: str, name: str, description: RunDescription) -> str:
        """Keep a new run; its id. Raises `MeasuringLimit("runs")`, `StorageFailed`."""
        with self.runs(visitor) as runs:
            if len(runs.list()) >= MOST_RUNS:
                raise MeasuringLimit("runs", limit=MOST_RUNS)
            return runs.create(name, description)

    async def measure(self, visitor: str, run_id: str, place: str = "set") -> AsyncGenerator[Snapshot]:
        """Run what of a kept run is not done yet: all of a new one, the rest of one that was stopped or broke off.

        Every finished cell is kept at once. Raises what `Reach.open` and `Runs` raise.
        """
        async with (
            self.sessions.work.at(visitor, f"prompting-{place}") as control,
            AsyncExitStack() as stack,
            self._opened_runs(visitor) as runs,
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

    @contextmanager
    def runs(self, visitor: str) -> Iterator[Runs]:
        """The visitor's kept runs. Raises `StorageFailed`."""
        runs = Runs(self.sessions.conversations.folder(visitor) / FILE)
        try:
            yield runs
        finally:
            runs.close()

    @asynccontextmanager
    async def _opened_runs(self, visitor: str) -> AsyncGenerator[Runs]:
        """As `runs`, for the event loop: opened and closed by a thread."""
        with ExitStack() as stack:
            runs = await run_to_end(lambda: stack.enter_context(self.runs(visitor)))
            try:
                yield runs
            finally:
                await run_to_end(stack.close)

    def stored(self, visitor: str, run: str) -> StoredRun:
        """A kept run without its answers. Raises as `Runs`."""
        with self.runs(visitor) as runs:
            return runs.load(run)

    def listed(self, visitor: str) -> tuple[StoredRun, ...]:
        """The kept runs, newest first; a visitor without any gets no file."""
        if not (self.sessions.conversations.folder(visitor) / FILE).exists():
            return ()
        with self.runs(visitor) as runs:
            return runs.list()

    def pause(self, visitor: str, place: str = "set") -> None:
        """Let the requests under way end, and begin none."""
        if control := self.sessions.work.control(visitor, f"prompting-{place}"):
            control.pause()

    def resume(self, visitor: str, place: str = "set") -> None:
        """Go on after a pause."""
        if control := self.sessions.work.control(visitor, f"prompting-{place}"):
            control.resume()

    def stop(self, visitor: str, place: str) -> None:
        """End the work at that place at once; what is there stays."""
        self.sessions.work.stop(visitor, f"prompting-{place}")

    async def _setting(self, visitor: str, kept: RunDescription | None = None) -> ColumnTools:
        """A kept run goes on with the embedding model that it was begun with."""
        ref = kept.versions.get(EMBEDDING, "") if kept is not None else ""
        near = self.near if ref in ("", self.near.ref) else Nearness(self.reach, ref)
        search = await self.searcher(visitor) if self.searcher is not None else None
        return ColumnTools(owner=visitor, code_allowed=self.code_allowed, embed=near, search=search)
