"""Tables of Word: merged cells filled, rows that are repeated on every page or set in bold known as names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from playground.tabs.rag.lab.reading import tables
from playground.tabs.rag.lab.reading.cleaning import whole_number
from playground.tabs.rag.lab.reading.grid import Across, Down, NamingRow
from playground.tabs.rag.lab.reading.table_names import HeaderSigns

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_COLUMNS = 200
_OFF = frozenset({"0", "false", "off"})


def table_lines(table: Element, text_of: Callable[[Element], str]) -> Iterator[str]:
    """A line a row. `text_of`: the text of a paragraph."""
    rows = [row for row in table.iter(f"{_W}tr") if next(row.iterancestors(f"{_W}tbl"), None) is table]
    told = len(list(takewhile(_repeated, rows)))
    signs = HeaderSigns(told=told if 0 < told < len(rows) else None)
    return tables.lines(_grid(rows, text_of), signs)


def _grid(rows: list[Element], text_of: Callable[[Element], str]) -> Iterator[list[str]]:
    above: list[str] = []
    for row in rows:
        cells = [""] * min(_number(row, "trPr", "gridBefore", 0), _MOST_COLUMNS)
        own = [cell for cell in row.iter(f"{_W}tc") if next(cell.iterancestors(f"{_W}tr"), None) is row]
        for cell in own:
            place = len(cells)
            wide = max(1, min(_number(cell, "tcPr", "gridSpan", 1), _MOST_COLUMNS - place))
            if _continues(cell):
                text = above[place] if place < len(above) else ""
                cells.append(Down(text))
            else:
                text = " ".join(text_of(paragraph) for paragraph in cell.iter(f"{_W}p"))
                cells.append(text)
            cells.extend(Across(text) for _ in range(wide - 1))
        above = cells
        yield NamingRow(cells) if _bold(row) else cells


def _continues(cell: Element) -> bool:
    merged = cell.find(f"{_W}tcPr/{_W}vMerge")
    return merged is not None and merged.get(f"{_W}val", "continue") == "continue"


def _number(element: Element, properties: str, name: str, without: int) -> int:
    found = element.find(f"{_W}{properties}/{_W}{name}")
    return whole_number(found.get(f"{_W}val"), without) if found is not None else without


def _repeated(row: Element) -> bool:
    return _on(row.find(f"{_W}trPr/{_W}tblHeader"))


def _bold(row: Element) -> bool:
    """All that is written in it is."""
    runs = [run for run in row.iter(f"{_W}r") if any((text.text or "").strip() for text in run.iter(f"{_W}t"))]
    return bool(runs) and all(_on(run.find(f"{_W}rPr/{_W}b")) for run in runs)


def _on(switch: Element | None) -> bool:
    return switch is not None and switch.get(f"{_W}val", "1") not in _OFF
