"""The runs that a visitor keeps: one SQLite file, every finished cell written at once, so a crash costs none."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue, TypeAdapter, ValidationError
from sqlite_utils import Database

from playground.measuring.errors import MeasuringError
from playground.measuring.items import Item, Kind
from playground.measuring.outcomes import Cell, Outcome, outcome_from_json, outcome_to_json
from playground.measuring.summary import Comparison, compare
from playground.sqlite import StorageFailed, failures, open_database, writing

STRATEGIES = "strategies"
"""The kind of measurement of runs that name none: those of Aula before 0.3, all of them Prompting's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDescription:
    """What a column was: enough to build it again. `options` and `sampling` as JSON; `prompts` as they were sent."""

    key: str
    label: str
    model: str
    strategy: str = ""
    options: Mapping[str, JsonValue] = field(default_factory=dict)
    sampling: Mapping[str, JsonValue] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDescription:
    """What a run is. Items are kept whole: a set may change, or have been a visitor's file."""

    tasks: str
    language: str
    kind: Kind
    metric: str
    instruction: str = ""
    answer_format: str = ""
    aliases: Mapping[str, tuple[str, ...]] | None = None
    items: tuple[Item, ...]
    examples: tuple[Item, ...] = ()
    columns: tuple[ColumnDescription, ...]
    baseline: str | None = None
    repeats: int = 1
    per_provider: int = 4
    seed: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    measurement: str = STRATEGIES
    """What kind of measurement it is: a name of `playground.measuring.kinds`."""
    details: Mapping[str, JsonValue] = field(default_factory=dict)
    """What that kind needs besides to draw it, or to go on with it."""

    @property
    def total(self) -> int:
        """Cells of the whole run."""
        return len(self.items) * len(self.columns) * self.repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A kept run. `created` in ISO 8601, UTC. `done` counts finished cells; a run with fewer than all can go on."""

    id: str
    name: str
    created: str
    description: RunDescription
    done: int
    failed: int

    @property
    def whole(self) -> bool:
        return self.done >= self.description.total

    def to_json(self) -> str:
        """One line of JSON."""
        return _RUN.dump_json(self).decode()


def run_from_json(value: str | bytes) -> StoredRun:
    """Raises `ValueError` for a value of another shape."""
    return _RUN.validate_json(value)


class Runs:
    """One visitor's runs. Usable from any thread. All of it raises `StorageFailed`, and `MeasuringError("run")` for
    a run that is not there."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        with _failures():
            self._connection = open_database(path)
            if not Database(self._connection).table("cell").exists():
                with self._writing():
                    self._create_tables()

    def create(self, name: str, description: RunDescription) -> str:
        """Keep a new run before its first cell; its id."""
        run = secrets.token_hex(8)
        row = {
            "id": run,
            "name": name[:200],
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "description": _DESCRIPTION.dump_json(description).decode(),
        }
        with self._writing():
            self._connection.execute("insert into run values (:id, :name, :created, :description)", row)
        return run

    def keep(self, run: str, cell: Cell, outcome: Outcome) -> None:
        """Write a finished cell down; one that is there already is replaced."""
        with self._writing():
            self._check_run(run)
            self._put(run, cell, outcome)

    def mark(self, run: str, cell: Cell, score: float) -> None:
        """A person's own score of a cell. Raises `MeasuringError("run")` for a cell that is not there."""
        with self._writing():
            outcome = self.outcomes(run).get(cell)
            if outcome is None:
                raise MeasuringError("run")
            self._put(run, cell, replace(outcome, score=score))

    def list(self) -> tuple[StoredRun, ...]:
        """Newest first."""
        with self._reading():
            rows = self._connection.execute(_RUNS + " order by created desc, run.rowid desc").fetchall()
            return tuple(_run(row) for row in rows)

    def count(self) -> int:
        """How many there are."""
        with self._reading():
            return int(self._connection.execute("select count(*) from run").fetchone()[0])

    def load(self, run: str) -> StoredRun:
        with self._reading():
            row = self._connection.execute(_RUNS + " having run.id = ?", (run,)).fetchone()
            if row is None:
                raise MeasuringError("run")
            return _run(row)

    def outcomes(self, run: str) -> dict[Cell, Outcome]:
        """Its finished cells, in the order in which they ended."""
        with self._reading():
            self._check_run(run)
            query = 'select "column", item, repeat, outcome from cell where run = ? order by rowid'
            rows = self._connection.execute(query, (run,)).fetchall()
            return {Cell(column, item, repeat): outcome_from_json(outcome) for column, item, repeat, outcome in rows}

    def to_resume(self, run: str) -> dict[Cell, Outcome]:
        """Its cells that need not run again: the finished ones that did not fail."""
        return {cell: outcome for cell, outcome in self.outcomes(run).items() if outcome.failure is None}

    def note(self, run: str, name: str, value: JsonValue) -> None:
        """Write a detail of the run's description down; one of that name is replaced."""
        self.revise(run, name, lambda _: value)

    def revise(self, run: str, name: str, change: Callable[[JsonValue], JsonValue]) -> JsonValue:
        """Write down what `change` makes of a detail, of `None` where there is none. What is there now: nobody else
        writes meanwhile."""
        with self._writing():
            description = self.load(run).description
            value = change(description.details.get(name))
            changed = replace(description, details={**description.details, name: value})
            row = (_DESCRIPTION.dump_json(changed).decode(), run)
            self._connection.execute("update run set description = ? where id = ?", row)
        return value

    def rename(self, run: str, name: str) -> None:
        with self._writing():
            self._check_run(run)
            self._connection.execute("update run set name = ? where id = ?", (name[:200], run))

    def delete(self, run: str) -> None:
        """With its cells."""
        with self._writing():
            self._check_run(run)
            self._connection.execute("delete from cell where run = ?", (run,))
            self._connection.execute("delete from run where id = ?", (run,))

    def compare(self, one: str, other: str) -> dict[str, Comparison]:
        """`one` against `other` by column, for the columns and items that both have."""
        mine, theirs = self.outcomes(one), self.outcomes(other)
        shared = {cell.column for cell in mine} & {cell.column for cell in theirs}
        keys = [column.key for column in self.load(one).description.columns if column.key in shared]
        compared = {key: compare(mine, key, key, theirs) for key in keys}
        return {key: found for key, found in compared.items() if found is not None}

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _create_tables(self) -> None:
        database = Database(self._connection)
        database.table("run").create(
            {"id": str, "name": str, "created": str, "description": str}, pk="id", if_not_exists=True
        )
        database.table("cell").create(
            {"run": str, "column": str, "item": str, "repeat": int, "failed": int, "outcome": str},
            pk=("run", "column", "item", "repeat"),
            foreign_keys=[("run", "run", "id")],
            if_not_exists=True,
        )

    def _put(self, run: str, cell: Cell, outcome: Outcome) -> None:
        values = (run, cell.column, cell.item, cell.repeat, outcome.failure is not None, outcome_to_json(outcome))
        self._connection.execute("insert or replace into cell values (?, ?, ?, ?, ?, ?)", values)

    def _check_run(self, run: str) -> None:
        if self._connection.execute("select 1 from run where id = ?", (run,)).fetchone() is None:
            raise MeasuringError("run")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock, _failures():
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction."""
        with self._lock, _failures(), writing(self._connection):
            yield


_RUNS = """select run.id, run.name, run.created, run.description, count(cell.item), coalesce(sum(cell.failed), 0)
from run left join cell on cell.run = run.id group by run.id"""
_RUN: TypeAdapter[StoredRun] = TypeAdapter(StoredRun)
_DESCRIPTION: TypeAdapter[RunDescription] = TypeAdapter(RunDescription)


def _run(row: tuple[str, str, str, str, int, int]) -> StoredRun:
    run, name, created, description, done, failed = row
    return StoredRun(
        id=run,
        name=name,
        created=created,
        description=_DESCRIPTION.validate_json(description),
        done=done,
        failed=failed,
    )


@contextmanager
def _failures() -> Iterator[None]:
    try:
        with failures():
            yield
    except ValidationError:  # it would quote what a visitor wrote
        raise StorageFailed("damaged") from None
