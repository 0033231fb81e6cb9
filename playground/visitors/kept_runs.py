"""The runs that a visitor keeps, whichever tab measured them: one file in the visitor's folder."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

from playground.asking.threads import run_to_end
from playground.measuring.errors import MeasuringLimit
from playground.measuring.store import RunDescription, Runs, StoredRun
from playground.visitors import Sessions

FILE = "runs.sqlite"
MOST_RUNS = 200
"""Runs that a visitor may keep."""


@dataclass(frozen=True, slots=True)
class KeptRuns:
    """All of it raises `StorageFailed`, and for a run that is not there `MeasuringError("run")`."""

    sessions: Sessions

    @contextmanager
    def open(self, visitor: str) -> Iterator[Runs]:
        """The visitor's kept runs."""
        runs = Runs(self.sessions.conversations.folder(visitor) / FILE)
        try:
            yield runs
        finally:
            runs.close()

    @asynccontextmanager
    async def open_beside(self, visitor: str) -> AsyncGenerator[Runs]:
        """As `open`, for the event loop: opened and closed by a thread."""
        with ExitStack() as stack:
            runs = await run_to_end(lambda: stack.enter_context(self.open(visitor)))
            try:
                yield runs
            finally:
                await run_to_end(stack.close)

    def create(self, visitor: str, name: str, description: RunDescription) -> str:
        """Keep a new run; its id. Raises `MeasuringLimit("runs")`, `VisitorLimit`."""
        self.sessions.storage.check(visitor)
        with self.open(visitor) as runs:
            if runs.count() >= MOST_RUNS:
                raise MeasuringLimit("runs", limit=MOST_RUNS)
            return runs.create(name, description)

    def load_run(self, visitor: str, run: str) -> StoredRun:
        """A kept run without its answers."""
        with self.open(visitor) as runs:
            return runs.load(run)

    def list_runs(self, visitor: str, measurements: Collection[str] = ()) -> tuple[StoredRun, ...]:
        """The kept runs, newest first, only those of these kinds of measurement where some are named; a visitor without
        any gets no file."""
        if not (self.sessions.conversations.folder(visitor) / FILE).exists():
            return ()
        with self.open(visitor) as runs:
            found = runs.list()
        return tuple(run for run in found if not measurements or run.description.measurement in measurements)
