"""The values of a run: what is asked, what came of it, and how far it is. No page, no provider."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue, TypeAdapter

from playground.measuring.extract import Extraction
from playground.measuring.items import Item
from playground.measuring.slots import Slots
from providers.errors import Failure
from providers.types import Usage

NOTHING_USED = Usage(input_tokens=0, output_tokens=0)
State = Literal["running", "paused", "stopped", "done"]
Verdict = Literal["right", "wrong", "graded", "no_readable_answer", "unscored", "failed"]
"""What is said of a try. `no_readable_answer`: none was found in what was written, which is not the same as wrong."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One try: column × item × repeat. Its place in every table, and its key in the store."""

    column: str
    item: str
    repeat: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a try, growing until `done`.

    `score` from 0 to 1; `None` where nobody has scored it (it failed, or is for a person to judge). `seconds` is wall
    time in the company of the other requests under way; `computing` this computer's time that it took, shared out among
    them (see `Slot`), `None` for a model elsewhere and in runs of earlier versions. `cost` in US dollars, an estimate,
    `None` where unknown. `trace` is whatever the column wants kept, as JSON.
    """

    text: str = ""
    extraction: Extraction | None = None
    score: float | None = None
    calls: int = 0
    usage: Usage = NOTHING_USED
    seconds: float = 0.0
    computing: float | None = None
    cost: float | None = 0.0
    trace: JsonValue = None
    failure: Failure | None = None
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a column is given for one cell. `seed` is the same for every column, so that they can be compared pairwise.

    Every request to a model is made inside `async with attempt.slots.at(provider)`: see `Slots`.
    """

    item: Item
    repeat: int
    seed: int
    slots: Slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One way to answer: a strategy on a model, a mode of retrieval … `run` yields ever fuller outcomes, the last done.

    `provider` names whose limit of cells at once it counts against. Errors that `run` raises become the cell's failure.
    """

    key: str
    label: str
    provider: str
    run: Callable[[Attempt], AsyncGenerator[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All cells of a run. `per_provider` is the most requests that any provider has in flight at a time."""

    columns: tuple[Column, ...]
    items: tuple[Item, ...]
    repeats: int = 1
    per_provider: int = 4
    seed: int = 0

    def cells(self) -> tuple[Cell, ...]:
        """Item by item, so that what there is at any moment can be compared across columns."""
        return tuple(
            Cell(column.key, item.id, repeat)
            for repeat in range(self.repeats)
            for item in self.items
            for column in self.columns
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How far a run is. `outcomes` holds the finished cells, resumed ones too; `running` the others that have begun."""

    state: State
    total: int
    outcomes: Mapping[Cell, Outcome]
    running: Mapping[Cell, Outcome] = field(default_factory=dict)
    in_flight: Mapping[str, int] = field(default_factory=dict)
    """Requests under way by provider."""
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        return sum(outcome.failure is not None for outcome in self.outcomes.values())

    @property
    def cost(self) -> float | None:
        """US dollars so far; `None` where one is unknown."""
        costs = [outcome.cost for outcome in (*self.outcomes.values(), *self.running.values())]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None


Outcomes = Mapping[Cell, Outcome]
"""All that a run has come to so far."""


def verdict(outcome: Outcome) -> Verdict:
    """Worked out from what is kept, so that runs of every version have one. A person's own score goes before that."""
    if outcome.failure is not None:
        return "failed"
    if outcome.score is None:
        return "unscored"
    if outcome.score == 0 and outcome.extraction is not None and outcome.extraction.value is None:
        return "no_readable_answer"
    return "right" if outcome.score == 1 else "wrong" if outcome.score == 0 else "graded"


def seed_for(seed: int, item: str, repeat: int) -> int:
    """The seed of a cell, from 0 to 2³¹ − 1: another one for each item and repeat, the same on every computer."""
    digest = hashlib.blake2b(f"{seed}\0{item}\0{repeat}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) >> 1


def outcome_to_json(outcome: Outcome) -> str:
    """One line of JSON."""
    return _ADAPTER.dump_json(outcome).decode()


def outcome_from_json(value: str | bytes) -> Outcome:
    """Raises `ValueError` for a value of another shape."""
    return _ADAPTER.validate_json(value)


_ADAPTER: TypeAdapter[Outcome] = TypeAdapter(Outcome)
