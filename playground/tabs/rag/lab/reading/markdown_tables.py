"""Tables of Markdown, as GitHub knows them: written anew, a row a line with the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playground.tabs.rag.lab.reading import tables
from playground.tabs.rag.lab.reading.table_names import HeaderSigns

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_DIVIDED = re.compile(r"(?<!\\)\|")
_DASHES = re.compile(r" *:?-+:? *")
_LONGEST = 2000
"""Letters of a line of dashes, and of a line in which a fence is looked for."""


def write_tables(lines: Sequence[str]) -> tuple[list[str], frozenset[int]]:
    """The lines with their tables written anew, and which of them are rows of tables. Fenced code stays."""
    written: list[str] = []
    rows: set[int] = set()
    fence, place = "", 0
    while place < len(lines):
        line = lines[place]
        fenced = FENCE.match(line[:_LONGEST])
        if fence:
            fence = "" if fenced and fenced[1].startswith(fence) and not line[fenced.end() :].strip() else fence
        elif fenced:
            fence = fenced[1]
        elif end := _table_end(lines, place):
            cells = [_cells(line), *(_cells(row) for row in lines[place + 2 : end])]
            said = list(tables.lines(cells, HeaderSigns(told=1)))
            rows.update(range(len(written), len(written) + len(said)))
            written.extend(said)
            place = end
            continue
        written.append(line)
        place += 1
    return written, frozenset(rows)


def _table_end(lines: Sequence[str], place: int) -> int:
    """The line after the table that begins here; 0 where none does."""
    if "|" not in lines[place] or lines[place].startswith(("    ", "\t")) or place + 1 >= len(lines):
        return 0
    below = lines[place + 1]
    if len(below) > _LONGEST or "|" not in below or "-" not in below:
        return 0
    dashes = _cells(below)
    if not all(_DASHES.fullmatch(cell) for cell in dashes) or len(dashes) != len(_cells(lines[place])):
        return 0
    end = place + 2
    while end < len(lines) and "|" in lines[end] and not FENCE.match(lines[end][:_LONGEST]):
        end += 1
    return end


def _cells(line: str) -> list[str]:
    inner = line.strip()
    inner = inner.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _DIVIDED.split(inner)]
