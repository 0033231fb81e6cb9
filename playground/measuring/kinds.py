"""Kinds of measurement: whoever measures something registers how it is described, drawn, exported and gone on with.

A list of runs asks this registry what a run is, and knows none of those who measured.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from playground.measuring.outcomes import Outcomes, Snapshot
from playground.measuring.store import StoredRun

Show = TypeVar("Show", contravariant=True)
"""What shows values in the visitor's language: the page's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """A run as a file: its name, its MIME type, its text."""

    name: str
    type: str
    content: str


class MeasurementKind(Protocol[Show]):
    """How runs of one kind are handled. `NAME` is what `RunDescription.measurement` says; its title stands in the texts
    as `measurement.NAME`."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - a constant of the class

    @property
    def EXPORTS(self) -> tuple[str, ...]:  # noqa: N802
        """Kinds of files that `export` makes."""
        ...

    def describe(self, show: Show, run: StoredRun) -> str:
        """What was measured, in one line of plain text."""
        ...

    def draw(self, show: Show, run: StoredRun, outcomes: Outcomes) -> str:
        """The result as HTML, in which everything from outside is escaped. May take some tenths of a second."""
        ...

    def title_columns(self, show: Show, run: StoredRun) -> StoredRun:
        """The run with its columns called in the visitor's language."""
        ...

    def draw_item(self, show: Show, run: StoredRun, outcomes: Outcomes, item: str) -> str:
        """One question with all that was answered to it; nothing for one that is not there."""
        ...

    def export(self, show: Show, run: StoredRun, outcomes: Outcomes, kind: str) -> RunFile:
        """One of `EXPORTS`."""
        ...

    def resume(self, visitor: str, run: str) -> AsyncGenerator[Snapshot]:
        """Do what is not done yet; every finished cell is kept at once. Raises what its models raise."""
        ...

    def stop(self, visitor: str) -> None:
        """End what `resume` began; what is there stays."""
        ...


OtherShow = TypeVar("OtherShow")


@dataclass(slots=True)
class Kinds(Generic[OtherShow]):
    """The kinds that are registered, by name."""

    _known: dict[str, MeasurementKind[OtherShow]] = field(default_factory=dict)

    def register(self, kind: MeasurementKind[OtherShow]) -> None:
        """Raises `ValueError` for a name that is taken."""
        if kind.NAME in self._known:
            raise ValueError(f"there is a kind of measurement called {kind.NAME} already")
        self._known[kind.NAME] = kind

    def of(self, name: str) -> MeasurementKind[OtherShow] | None:
        """`None` for one that nobody here measures: a run of a later version, or of a tab that is gone."""
        return self._known.get(name)

    def names(self) -> tuple[str, ...]:
        """In the order in which they were registered."""
        return tuple(self._known)
