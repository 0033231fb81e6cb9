"""Rows of a table as lines of text that can be found and understood one by one.

A table with names for its columns gives "name: value; name: value" for each row, so that a passage cut out of a long
table still says what its numbers are. A row whose names are not sure gives its values with " | " between them.
"""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from playground.tabs.rag.lab.reading.cell_kinds import kind
from playground.tabs.rag.lab.reading.cleaning import one_line
from playground.tabs.rag.lab.reading.grid import Across, Down, NamingRow
from playground.tabs.rag.lab.reading.table_names import (
    HeaderSigns,
    Row,
    TableHead,
    count_own,
    find_head,
    is_again,
    kinds,
)

_LOOKED_AT = 40
_UNTOLD = HeaderSigns()


def lines(rows: Iterable[Sequence[object]], signs: HeaderSigns = _UNTOLD) -> Iterator[str]:
    """A line for each row with something in it. Titles and the names themselves are lines too.

    An empty row may end a table; so may a row with a title only. What follows has its own names, or none.
    """
    ahead = _Ahead(_cells(row) for row in rows)
    table = _Table(signs)
    while block := ahead.block():
        for _ in range(table.begin(block)):
            yield as_it_stands(ahead.take())
        while (row := ahead.next()) is not None and not table.ends_before(row):
            yield table.line(ahead.take())


def as_it_stands(row: Row) -> str:
    return " | ".join(cell for cell in row if cell and not isinstance(cell, Across))


class _Ahead:
    """Rows, of which some can be seen before they are taken."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows, self._seen = rows, deque[Row]()

    def block(self) -> list[Row]:
        """The rows from the next one that is not empty to an empty one; empty at the end."""
        while (row := self._peek()) is not None and not any(row):
            self._seen.popleft()
        self._seen.extend(islice(self._rows, max(0, _LOOKED_AT - len(self._seen))))
        end = next((place for place, row in enumerate(self._seen) if not any(row)), len(self._seen))
        return list(islice(self._seen, end))

    def next(self) -> Row | None:
        """The next row; `None` where it is empty, or at the end."""
        row = self._peek()
        return row if row is not None and any(row) else None

    def take(self) -> Row:
        return self._seen.popleft()

    def _peek(self) -> Row | None:
        if not self._seen:
            self._seen.extend(islice(self._rows, 1))
        return self._seen[0] if self._seen else None


class _Table:
    """The names that hold at the moment."""

    def __init__(self, signs: HeaderSigns) -> None:
        self._signs, self._names, self._kinds = signs, tuple[str, ...](), dict[int, str]()
        self._titled = False

    def begin(self, block: list[Row]) -> int:
        """Look for the names of what begins here. How many rows are not to be named: titles, and the names."""
        told = self._signs.told
        first = not self._names and not self._kinds
        if told is not None and not first:
            return 0
        titled, self._titled = self._titled, False
        start = 1 if titled else 0
        if start == len(block):
            return start
        head = find_head(block[start:], HeaderSigns() if titled or self._names else self._signs)
        if head is not None:
            self._open(head, block[start:])
            return start + head.start + head.rows
        if first or not self._continues(block[start:], after_title=titled):
            self._names, self._kinds = (), kinds(block[start:]) or {-1: "text"}
        return start

    def _open(self, head: TableHead, block: list[Row]) -> None:
        self._names = head.names
        self._kinds = kinds(block[head.start + head.rows :]) or {-1: "text"}

    def _continues(self, block: list[Row], *, after_title: bool) -> bool:
        """The same columns hold values of the same kinds. After an empty row, some column must show that."""
        row = block[0]
        here = {column: kind(row[column]) for column in self._kinds if 0 <= column < len(row) and row[column]}
        if any(found != self._kinds[column] for column, found in here.items()):
            return False
        return after_title or bool(here)

    def ends_before(self, row: Row) -> bool:
        """A title among the rows of a table of three columns or more."""
        wide = sum(1 for name in self._names if name) > 2
        if self._signs.told is None and wide and self._is_title(row) and not self._titled:
            self._titled = True
            return True
        return False

    def _is_title(self, row: Row) -> bool:
        """It says one thing, in the first column of the table."""
        first = next((column for column, name in enumerate(self._names) if name), 0)
        return count_own(row) == 1 and any(row[: first + 1])

    def _runs_over(self, row: Row) -> bool:
        """Of a row that is too long, only the last text was divided: all numbers are in their columns."""
        last = len(self._names) - 1
        numbers = [column for column, found in self._kinds.items() if found == "number" and 0 <= column <= last]
        return bool(numbers) and last not in self._kinds and all(kind(row[c]) in {"number", ""} for c in numbers)

    def line(self, row: Row) -> str:
        names = self._names
        named = {column for column, name in enumerate(names) if name}
        unsure = self._signs.likely and any(row[len(names) :]) and not self._runs_over(row)
        titled = len(named) > 2 and self._is_title(row)
        if unsure or titled or is_again(names, row) or not any(row[c] for c in named if c < len(row)):
            return as_it_stands(row)
        return "; ".join(
            f"{names[column]}: {cell}" if column in named else cell
            for column, cell in enumerate(row)
            if cell and (column in named or not isinstance(cell, Across))
        )


def _cells(row: Sequence[object]) -> Row:
    cells = [_text(value) for value in row]
    return NamingRow(cells) if isinstance(row, NamingRow) else cells


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case Across() | Down():
            return type(value)(one_line(value))
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.15g}"
        case datetime.datetime() if value.time() == datetime.time():
            return value.date().isoformat()
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat(" ") if isinstance(value, datetime.datetime) else value.isoformat()
        case _:
            return one_line(str(value))
