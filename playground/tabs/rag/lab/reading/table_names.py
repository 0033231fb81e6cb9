"""Which row of a table names its columns, if any does. Where that cannot be told, none: a wrong name is worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from playground.tabs.rag.lab.reading.cell_kinds import kind
from playground.tabs.rag.lab.reading.cleaning import whole_number
from playground.tabs.rag.lab.reading.grid import Across, Down, NamingRow

Row = Sequence[str]

_LONGEST_NAME = 80
_MOSTLY = 0.8
"""Of the values of a column that are of one kind: some rows say "none" or "on request"."""
_FEW_ROWS = 3
_YEARS = range(1700, 2200)


class TableHead(NamedTuple):
    """`start`: rows before the names (a title, a preamble); `rows`: how many name the columns; `names`, by column."""

    start: int
    rows: int
    names: tuple[str, ...]


class HeaderSigns(NamedTuple):
    """What the document itself says. `told`: so many rows at the top are names, `None` where it does not say;
    `likely`: its first row is one more often than not, as in CSV; `marked`: it is marked as one, which may mean
    nothing."""

    told: int | None = None
    likely: bool = False
    marked: bool = False


def find_head(rows: Sequence[Row], signs: HeaderSigns) -> TableHead | None:
    """The names of the columns of a table that begins with `rows`, which have something in them each."""
    if signs.told == 0:
        return None
    told = signs.told if signs.told and any(count_own(row) > 1 for row in rows[: signs.told]) else None
    start = _first_full(rows[:told])
    depth = told - start if told else 2 if _goes_on_below(rows[start:]) else 1
    body = rows[start + depth :]
    if not body:
        return None
    names = _join_names(rows[start : start + depth])
    body = [row for row in body if not is_again(names, row)]
    if not _cover(names, body):
        return None
    head = TableHead(start, depth, names)
    if told or _series(names, body):
        return head
    possible = all(len(name) <= _LONGEST_NAME and kind(name) == "text" for name in names if name)
    different = [name for name in names if name]
    if not possible or len(set(different)) < len(different) or _recur(names, body):
        return None
    likely = signs.likely or (isinstance(rows[start], NamingRow) and not isinstance(body[0], NamingRow))
    if likely:
        unsure = signs.likely and (_is_form(names, body) or _are_words(rows[start:]))
        return None if unsure else head
    return head if _differs(names, body, 2 if signs.marked else _FEW_ROWS) else None


def kinds(rows: Sequence[Row]) -> dict[int, str]:
    """The columns whose values are mostly numbers, or mostly dates."""
    found: dict[int, str] = {}
    for column in range(max(map(len, rows), default=0)):
        counted = Counter(kind(cell) for cell in _column(rows, column))
        most, times = counted.most_common(1)[0] if counted else ("", 0)
        if most in {"number", "date"} and times >= _MOSTLY * counted.total():
            found[column] = most
    return found


def count_own(row: Row) -> int:
    """How many cells of the row say something of their own."""
    return sum(1 for cell in row if cell and not isinstance(cell, Across))


def _column(rows: Sequence[Row], column: int) -> Iterator[str]:
    cells = (row[column] for row in rows if column < len(row))
    return (cell for cell in cells if cell and not isinstance(cell, Across))


def _first_full(rows: Sequence[Row]) -> int:
    """Where a title or a preamble ends: before the first row that is more than half as wide as the table."""
    counted = Counter(count_own(row) for row in rows)
    width = max((count for count, times in counted.items() if times > 1), default=max(counted, default=0))
    return next((place for place, row in enumerate(rows) if count_own(row) * 2 > width), 0)


def _goes_on_below(rows: Sequence[Row]) -> bool:
    """The first row has a name above several columns, and the next one divides it."""
    if len(rows) < 3 or not any(isinstance(cell, Across) for cell in rows[0]) or count_own(rows[0]) < 2:
        return False
    above, below = rows[0], rows[1]
    covered = [c for c, cell in enumerate(above) if isinstance(cell, Across)]
    divided = all(c < len(below) and below[c] and not isinstance(below[c], Across) for c in covered)
    return divided and all(kind(cell) == "text" for cell in below if cell)


def _join_names(rows: Sequence[Row]) -> tuple[str, ...]:
    """The names of each column, from the highest to the lowest."""
    names: list[str] = []
    for column in range(max(map(len, rows), default=0)):
        said = list(dict.fromkeys(str(row[column]) for row in rows if column < len(row) and row[column]))
        names.append(" ".join(said))
    return tuple(names)


def _cover(names: Row, body: Sequence[Row]) -> bool:
    """At least two names, and for at least half of the columns with something in them."""
    filled = {column for row in body for column, cell in enumerate(row) if cell and not isinstance(cell, Across)}
    named = {column for column, name in enumerate(names) if name}
    return len(named) >= 2 and len(named & filled) * 2 >= len(filled)


def _series(names: Row, body: Sequence[Row]) -> bool:
    """Below or beside a name stand years, dates or 1, 2, 3 in order, and the values below are something else."""
    first = next((c for c, name in enumerate(names) if name and kind(name) != "text"), len(names))
    run = [name for name in names[first:] if name]
    if first == 0 or len(run) < 2 or any(kind(name) == "text" for name in run):
        return False
    if not _in_order(run):
        return False
    same = sum(_in_order(row[first:]) for row in body)
    return same * 2 < len(body) and all(kind(row[0]) in {"text", ""} for row in body if row)


def _in_order(run: Row) -> bool:
    """Years that follow one another up or down, dates that do, or the numbers from 1."""
    if not all(run) or len(run) < 2:
        return False
    if all(kind(name) == "date" for name in run):
        return len(set(run)) == len(run)
    numbers = [whole_number(name, -1) for name in run]
    if -1 in numbers:
        return False
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    years = all(number in _YEARS for number in numbers)
    return (years and (min(steps) > 0 or max(steps) < 0)) or (len(run) > 2 and numbers[0] == 1 and steps == {1})


def _recur(names: Row, body: Sequence[Row]) -> bool:
    """What would be a name stands again below itself: it is a value."""
    return any(name and name in _column(body, column) for column, name in enumerate(names))


def is_again(names: Row, row: Row) -> bool:
    """The row repeats the names, as at the top of every printed page."""
    return [name for name in names if name] == [cell for cell in row if cell]


def _are_words(rows: Sequence[Row]) -> bool:
    """Single words in small letters everywhere: a list, and its first row as likely a part of it."""
    cells = [cell for row in rows for cell in row if cell]
    return len(rows) > _FEW_ROWS - 1 and all(cell.isalpha() and cell.islower() for cell in cells)


def _is_form(names: Row, body: Sequence[Row]) -> bool:
    """Two columns, and in the second numbers or dates as well as texts: names and values side by side."""
    if sum(1 for name in names if name) != 2 or len(names) != 2 or 1 in kinds(body):
        return False
    return len({kind(cell) for cell in _column(body, 1)}) > 1 and 0 not in kinds(body)


def _differs(names: Row, body: Sequence[Row], least_of_two: int) -> bool:
    """Some column's values are of another kind than its name. In forms, names and values stand side by side: two
    columns need several rows of numbers beside a text, and four need two."""
    filled = [column for column, name in enumerate(names) if name]
    found = kinds(body)
    if len(filled) == 2:
        first, second = (found.get(column) for column in filled)
        counted = len(list(_column(body, filled[1])))
        return first is not None or (second is not None and counted >= least_of_two)
    least = 2 if len(filled) % 2 == 0 else 1
    if any(column in found and len(list(_column(body, column))) >= least for column in filled):
        return True
    return any(_told_apart(names[column], list(_column(body, column))) for column in filled)


def _told_apart(name: str, values: Sequence[str]) -> bool:
    """Nearly all values have digits in them and the name has none; or several rows share a value that is not merged."""
    digits = sum(any(letter.isdigit() for letter in value) for value in values)
    if len(values) >= 2 and digits >= _MOSTLY * len(values) and not any(letter.isdigit() for letter in name):
        return True
    single = [value for value in values if not isinstance(value, Down | Across)]
    return len(single) >= _FEW_ROWS and len(set(single)) < len(single)
