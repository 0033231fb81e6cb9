"""Cells laid out on a grid: what a merged cell says stands in every row and column that it covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")
_MOST_COLUMNS = 200
_MOST_ROWS = 5000


class Across(str):
    """The text of a cell further left in the same row, which covers this place too."""

    __slots__ = ()


class Down(str):
    """The text of a cell further up, which covers this row too."""

    __slots__ = ()


class NamingRow(list[_T]):
    """A row that the document sets apart, in bold letters for instance: it names columns more often than not."""

    __slots__ = ()


class SpannedCell(NamedTuple):
    """A cell as a document gives it, with how many columns and rows of the grid it covers, at least 1 each."""

    text: str
    columns: int = 1
    rows: int = 1


def lay(rows: Iterable[Sequence[SpannedCell]]) -> list[list[str]]:
    """The rows of the grid. A cell goes to the first free place of its row, as in HTML; rows are not made longer than
    200 columns, and no rows are added below the last."""
    laid: list[list[str]] = []
    covered: dict[int, tuple[int, str]] = {}  # column: rows that are still to be covered, and what stands there
    for cells in rows:
        row = _GridRow(covered)
        for cell in cells:
            row.put(cell)
        laid.append(row.whole())
    return laid


class _GridRow:
    def __init__(self, covered: dict[int, tuple[int, str]]) -> None:
        self._covered, self._cells = covered, list[str]()

    def put(self, cell: SpannedCell) -> None:
        self._fill_down()
        for place in range(min(max(1, cell.columns), _MOST_COLUMNS)):
            column = len(self._cells)
            if column >= _MOST_COLUMNS or (place and column in self._covered):
                return
            self._cells.append(Across(cell.text) if place else cell.text)
            if cell.rows > 1:
                below = Across(cell.text) if place else Down(cell.text)
                self._covered[column] = (min(cell.rows, _MOST_ROWS), below)

    def whole(self) -> list[str]:
        """The row with what reaches into it from above; that is then covered for one row less."""
        self._fill_down()
        for column in sorted(self._covered):
            if column >= len(self._cells):
                self._cells.extend([""] * (column - len(self._cells)))
                self._cells.append(self._covered[column][1])
        for column, (left, text) in list(self._covered.items()):
            if left > 1:
                self._covered[column] = (left - 1, text)
            else:
                del self._covered[column]
        return self._cells

    def _fill_down(self) -> None:
        while (column := len(self._cells)) in self._covered and column < _MOST_COLUMNS:
            self._cells.append(self._covered[column][1])
