"""Rows of a table as lines of text that can be found and understood one by one.

A table with names in its first row gives "name: value; name: value" for each row, so that a passage cut out of a long
table still says what its numbers are. Any other table gives its values with " | " between them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from playground.tabs.rag.lab.reading.cleaning import one_line

_LOOKED_AT = 5
_LONGEST_NAME = 80


def lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A line for each row with something in it. The names themselves are a line too, the first."""
    filled = (row for row in (_cells(row) for row in rows) if any(row))
    head = list(islice(filled, _LOOKED_AT))
    names = _names(head)
    for place, row in enumerate(chain(head, filled)):
        if names is None or place == 0:
            yield " | ".join(cell for cell in row if cell)
        else:
            yield "; ".join(_named(names, column, cell) for column, cell in enumerate(row) if cell)


def _cells(row: Sequence[object]) -> list[str]:
    return [_text(value) for value in row]


def _names(head: list[list[str]]) -> list[str] | None:
    """The first row, if it can name columns: short different texts without numbers, above at least one other row."""
    if len(head) < 2:
        return None
    names = [name for name in head[0] if name]
    possible = all(len(name) <= _LONGEST_NAME and not _is_number(name) for name in names)
    widest = max(len(row) - next(i for i, cell in enumerate(reversed(row)) if cell) for row in head[1:])
    enough = len(names) >= 2 and len(names) * 2 >= widest
    return head[0] if possible and enough and len(set(names)) == len(names) else None


def _named(names: list[str], column: int, cell: str) -> str:
    name = names[column] if column < len(names) else ""
    return f"{name}: {cell}" if name else cell


def _is_number(text: str) -> bool:
    return text.strip("+-–−%€$£ ").replace(".", "").replace(",", "").replace(" ", "").isdigit()


def _text(value: object) -> str:
    match value:
        case None:
            return ""
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
