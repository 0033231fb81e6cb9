"""Rows of a spreadsheet as they are shown, with merged cells filled into all rows and columns that they cover."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, NamedTuple, Protocol, TypeAlias

from playground.tabs.rag.lab.reading.grid import Across, Down, NamingRow
from playground.tabs.rag.lab.reading.number_format import format_value

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]{0,200}?ref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")
_WITHOUT_VALUE = re.compile(rb"(?:</f>|<f\b[^<>]{0,200}/>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_PIECE = 2**20
_LONGEST = 300
_MOST_MERGED = 50_000
_MOST_COLUMNS = 200


class MergedCells(NamedTuple):
    """Rows and columns from 1, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


class _Font(Protocol):
    b: bool | None


class SheetCell(Protocol):
    """What is wanted of a cell; an empty one has no format."""

    @property
    def value(self) -> object: ...
    @property
    def number_format(self) -> str | None: ...
    @property
    def font(self) -> _Font | None: ...


Row: TypeAlias = Sequence[SheetCell]


def lacks_values(part: IO[bytes]) -> bool:
    """Some formula of the sheet, given as its XML, was saved without its value: by a program that does not count."""
    kept = b""
    while piece := part.read(_PIECE):
        if _WITHOUT_VALUE.search(kept + piece):
            return True
        kept = piece[-_LONGEST:]
    return False


class _FormulaCell(NamedTuple):
    """A formula in the place of its value."""

    value: str
    number_format: str | None
    font: _Font | None


class FormulaRows:
    """The rows, with the formula itself where there is no value of one. `formulas`: the same rows as written; `count`:
    how many of them stood for their value so far."""

    def __init__(self, rows: Iterable[Row], formulas: Iterable[Row]) -> None:
        self.count = 0
        self._rows, self._formulas = rows, formulas

    def __iter__(self) -> Iterator[Row]:
        for row, written in zip(self._rows, self._formulas, strict=False):
            yield [self._choose_cell(cell, other) for cell, other in zip(row, written, strict=False)]

    def _choose_cell(self, cell: SheetCell, written: SheetCell) -> SheetCell:
        formula = getattr(written.value, "text", written.value)  # one that fills several cells is an object
        if cell.value is not None or not isinstance(formula, str) or not formula.startswith("="):
            return cell
        self.count += 1
        return _FormulaCell(formula, written.number_format, written.font)


def merged_cells(part: IO[bytes]) -> list[MergedCells]:
    """The merged cells of a sheet, from its XML, which is read piece by piece."""
    found: list[MergedCells] = []
    kept = b""
    while piece := part.read(_PIECE):
        text = kept + piece
        end = 0
        for match in _MERGED.finditer(text):
            left, top, right, bottom = match.groups()
            found.append(MergedCells(int(top), _column(left), int(bottom), _column(right)))
            end = match.end()
            if len(found) >= _MOST_MERGED:
                return found
        kept = text[max(end, len(text) - _LONGEST) :]
    return found


def format_rows(rows: Iterable[Row], merged: Iterable[MergedCells]) -> Iterator[list[object]]:
    """The rows from the first. A row with nothing of its own stays empty. One in bold letters above one that is not
    is a `NamingRow`."""
    starting: defaultdict[int, list[MergedCells]] = defaultdict(list)
    for one in merged:
        starting[one.top].append(one)
    reaching: dict[MergedCells, object] = {}
    for number, row in enumerate(rows, start=1):
        values = [None if cell.value is None else format_value(cell.value, cell.number_format or "") for cell in row]
        if reaching:
            reaching = {one: said for one, said in reaching.items() if one.bottom >= number}
        if any(value not in (None, "") for value in values):
            for one in starting.get(number, ()):
                said = values[one.left - 1] if one.left <= len(values) else None
                if said not in (None, ""):
                    reaching[one] = said
            for one, said in reaching.items():
                _fill(values, one, str(said), number)
            yield NamingRow(values) if _bold(row) else values
        else:
            yield []


def _fill(values: list[object], one: MergedCells, said: str, number: int) -> None:
    last = min(one.right, max(len(values), one.left) + _MOST_COLUMNS, _MOST_COLUMNS)
    values.extend([None] * (last - len(values)))
    for column in range(one.left, last + 1):
        if column > one.left:
            values[column - 1] = Across(said)
        elif number > one.top:
            values[column - 1] = Down(said)


def _bold(row: Row) -> bool:
    filled = [cell for cell in row if cell.value not in (None, "")]
    return len(filled) > 1 and all(cell.font is not None and bool(cell.font.b) for cell in filled)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
