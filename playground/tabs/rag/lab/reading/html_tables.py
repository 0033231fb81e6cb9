"""Tables of HTML: which hold values, and which only lay a page out; the lines of those with values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.tabs.rag.lab.reading import tables
from playground.tabs.rag.lab.reading.cleaning import whole_number
from playground.tabs.rag.lab.reading.grid import SpannedCell, lay
from playground.tabs.rag.lab.reading.html_text import heading_level, name_of, text_in
from playground.tabs.rag.lab.reading.table_names import HeaderSigns

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_CELLS = frozenset({"td", "th", "cell"})
_BLOCKS = frozenset({"p", "ul", "ol", "pre", "blockquote", "hr", "form", "article", "section"})
_LAID_OUT = ("presentation", "none")


def is_layout(table: Element) -> bool:
    """It says so, or has no names, and holds headings, blocks or tables, or one cell a row."""
    if (table.get("role") or "").lower() in _LAID_OUT:
        return True
    rows = list(_rows(table))
    cells = [cell for row in rows for cell in _cells(row)]
    if any(name_of(cell) == "th" for cell in cells) or any(name_of(inner) == "caption" for inner in table):
        return False
    if max((len(_cells(row)) for row in rows), default=0) <= 1:
        return True
    return any(_lays_out(cell) for cell in cells)


def table_lines(table: Element) -> Iterator[str]:
    """Its caption, and a line a row. In a row of one name and one value, the value is named so."""
    caption = next((text_in(inner) for inner in table if name_of(inner) == "caption"), "")
    if caption:
        yield caption
    rows = list(_rows(table))
    told = _named_rows(rows)
    laid = lay([_span_cells(row) for row in rows])
    if told == 0:
        laid = [_name_and_value(row, cells) for row, cells in zip(rows, laid, strict=True)]
    yield from tables.lines(laid, HeaderSigns(told=told))


def flatten(root: Element) -> None:
    """Each table as a paragraph with its lines, for a reader that does not know of merged cells; where a table only
    lays out, its parts as blocks. A table in a table with values is part of its cell."""
    from lxml import etree

    inner: set[Element] = set()
    for table in [found for found in root.iter() if name_of(found) == "table"]:
        if table.getparent() is None or table in inner:
            continue
        if is_layout(table):
            _unlay(table)
            continue
        found = list(table_lines(table))
        inner.update(one for one in table.iter() if name_of(one) == "table")
        tail = table.tail
        table.clear()
        table.tail, table.tag = tail, "p"
        table.text = found[0] if found else ""
        for line in found[1:]:
            after = etree.SubElement(table, "br")
            after.tail = line


def _unlay(table: Element) -> None:
    for row in list(_rows(table)):
        for cell in _cells(row):
            cell.tag = "div"
        if (group := row.getparent()) is not None and group is not table:
            group.tag = "div"
        row.tag = "div"
    table.tag = "div"


def _rows(table: Element) -> Iterator[Element]:
    """Its own rows, without those of tables in it."""
    for inner in table:
        if name_of(inner) in {"tr", "row"}:
            yield inner
        elif name_of(inner) in {"thead", "tbody", "tfoot"}:
            yield from (row for row in inner if name_of(row) == "tr")


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if name_of(cell) in _CELLS]


def _lays_out(cell: Element) -> bool:
    blocks = 0
    for inner in cell.iter():
        if inner is not cell and (name_of(inner) == "table" or heading_level(inner)):
            return True
        blocks += name_of(inner) in _BLOCKS
    return blocks > 1


def _span_cells(row: Element) -> list[SpannedCell]:
    return [SpannedCell(text_in(cell), _number(cell, "colspan"), _number(cell, "rowspan")) for cell in _cells(row)]


def _number(cell: Element, name: str) -> int:
    said = (cell.get(name) or "").strip()
    if name == "rowspan" and said == "0":
        return 1_000_000  # to the end of the table
    return max(1, whole_number(said, 1))


def _named_rows(rows: list[Element]) -> int | None:
    """How many rows of nothing but names stand at the top; `None` where the table marks no names at all."""
    marked = [[name_of(cell) == "th" or cell.get("role") == "head" for cell in _cells(row)] for row in rows]
    if not any(any(row) for row in marked):
        heads = [row for row in rows if name_of(row.getparent()) == "thead"]
        return len(heads) or None
    count = 0
    for row, cells in zip(rows, marked, strict=True):
        in_head = name_of(row.getparent()) == "thead"
        corner = len(cells) > 1 and all(cells[1:]) and not (_cells(row)[0].text or "").strip()
        if not cells or not (in_head or all(cells) or corner) or (len(cells) == 1 and count == len(rows) - 1):
            break
        count += 1
    if count and all(len(cells) == 1 for cells in marked[:count]):  # a title
        return 0 if any(any(cells) for cells in marked[count:]) else None
    return count if count < len(rows) else 0


def _name_and_value(row: Element, cells: list[str]) -> list[str]:
    names = [name_of(cell) for cell in _cells(row)]
    if names == ["th", "td"] and all(cells) and len(cells) == 2:
        return [f"{cells[0].rstrip(' :')}: {cells[1]}"]
    return cells
