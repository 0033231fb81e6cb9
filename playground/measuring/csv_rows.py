"""A table in CSV as spreadsheets and pandas write it; a row whose quotes cannot be read is told by its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from playground.measuring.errors import DocumentError

Rows = list[tuple[int, Mapping[str, object]]]
_SEPARATOR = re.compile(r"\"?sep=(?P<mark>[,;\t|])\"?[ \t]*(?:\r\n|\n|\r|$)", re.IGNORECASE)
_LONGEST = 200
"""Lines of one row; a quotation mark that is not closed within them opens none."""


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    cells: list[str] | None
    """`None` where its quotes cannot be read."""


def csv_rows(text: str, name: str) -> tuple[Rows, list[int]]:
    """The rows with the lines they begin on, from 1, and the lines of those that cannot be read.

    Excel's first line `sep=;` is followed. Columns without a name are left out: a spreadsheet's empty ones, and the
    index that pandas writes. Raises `DocumentError("table")`.
    """
    delimiter, begin = _delimiter(text)
    records = [one for one in _records(text, delimiter, begin) if one.cells is None or any(map(str.strip, one.cells))]
    head = records[0].cells if records else None
    names = [cell.strip() for cell in head or ()]
    named = [one for one in names if one]
    if len(named) < 2 or len(set(named)) < len(named):
        raise DocumentError("table", file=name)
    read = [(one.line, one.cells) for one in records[1:] if one.cells is not None]
    broken = [one.line for one in records[1:] if one.cells is None]
    if broken and not read:
        raise DocumentError("table", file=name)
    rows: Rows = [
        (line, {column: cell for column, cell in zip(names, cells, strict=False) if column}) for line, cells in read
    ]
    return rows, broken


def _delimiter(text: str) -> tuple[str, int]:
    """What parts the cells, and where in the text the table begins."""
    told = _SEPARATOR.match(text)
    if told is not None:
        return told["mark"], told.end()
    head = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    return max(",;\t", key=head.count), 0


def _records(text: str, delimiter: str, begin: int) -> list[_Record]:
    before = len(io.StringIO(text[:begin], newline=None).readlines())
    reader = csv.reader(io.StringIO(text[begin:], newline=""), delimiter=delimiter, strict=True)
    found, line = list[_Record](), 0
    try:
        for cells in reader:
            found.append(_Record(before + line + 1, cells))
            line = reader.line_num
    except csv.Error:
        lines = io.StringIO(text[begin:], newline="").readlines()
        return found + _one_by_one(lines, line, before, delimiter)
    return found


def _one_by_one(lines: list[str], line: int, before: int, delimiter: str) -> list[_Record]:
    """The rows from a line on, each read by itself: after one with stray quotes the next line begins another."""
    found = list[_Record]()
    while line < len(lines):
        taken, cells = _row(lines, line, delimiter)
        found.append(_Record(before + line + 1, cells))
        line += taken
    return found


def _row(lines: list[str], line: int, delimiter: str) -> tuple[int, list[str] | None]:
    """The row that begins on that line: how many lines it has, and its cells."""
    for taken in range(1, min(_LONGEST, len(lines) - line) + 1):
        reader = csv.reader(lines[line : line + taken], delimiter=delimiter, strict=True)
        try:
            rows = list(reader)
        except csv.Error as error:
            if "unexpected end" in str(error):  # within quotes: the row goes on
                continue
            return 1, None
        return taken, rows[0] if rows else []
    return 1, None
