"""Pieces of text in a picture as a reader takes them: column after column where it has columns, else line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_APART = 1.5
"""A gap wider than so many line heights stands between two pieces of a line that belong to different columns."""
_SKEW = 0.7
"""Of a line's height, by how much its end may lie below its beginning."""
_GUTTER = 0.8
"""Line heights that a gutter between two columns of text is wide at least."""
_CORE = 0.35
"""Of a piece's height, above and below its middle: found boxes are larger than their letters, and touch."""
_FEWEST = 3
"""Lines of a column."""
_NARROWEST = 0.2
"""Of the width of both, that a column has."""
_PROSE = 12
"""Letters of half the lines of a column at least: a table's are shorter."""
_FULL = 0.8
"""Of a column's width that a full line has. In a column of text half of the lines are full, in a table's few are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of text. `box` is left, top, right, bottom in pixels of the image; `confidence` from 0 to 1."""

    text: str
    box: tuple[int, int, int, int]
    confidence: float

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2


Span = tuple[float, float]


def reading_order(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """As `lines`, one after the other."""
    return tuple(block for line in lines(blocks) for block in line)


def lines(blocks: Sequence[Block]) -> list[list[Block]]:
    """The lines in reading order, each from the left. Of text in columns, a column's lines stand together."""
    return [line for part in _parts(blocks) for line in _rows(part)]


def text_of(blocks: Sequence[Block], gap: str = "\t") -> str:
    """Line by line; `gap` stands between pieces of a line that are far apart."""
    return "\n".join(_line(line, gap) for line in lines(blocks))


def _line(line: Sequence[Block], gap: str) -> str:
    text = line[0].text
    for before, block in pairwise(line):
        apart = block.box[0] - before.box[2] > _APART * min(before.height, block.height)
        text += (gap if apart else " ") + block.text
    return text


def _rows(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks whose middles are clearly less than a line apart stand on one line; photos are never quite straight."""
    found: list[list[Block]] = []
    for block in sorted(blocks, key=lambda one: one.middle):
        line = found[-1] if found else []
        if line and block.middle - median(one.middle for one in line) < _SKEW * min(block.height, line[0].height):
            line.append(block)
        else:
            found.append([block])
    return [sorted(line, key=lambda one: one.box[0]) for line in found]


def _parts(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """The blocks in groups that are read one after the other: columns, and what stands above, between and below."""
    if not blocks:
        return
    least = _GUTTER * median(block.height for block in blocks)
    left, right = min(block.box[0] for block in blocks), max(block.box[2] for block in blocks)
    run: list[Block] = []
    for band in _bands(blocks):
        if run and not _gaps([*run, *band], (left, right), least):
            yield from _columns(run, least)
            run = []
        run += band
    yield from _columns(run, least)


def _bands(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """From above: groups with nothing beside them, so that one can be read after the other."""
    band: list[Block] = []
    end = 0.0
    for block in sorted(blocks, key=lambda one: one.middle - _CORE * one.height):
        if band and block.middle - _CORE * block.height > end:
            yield band
            band, end = [], 0.0
        band.append(block)
        end = max(end, block.middle + _CORE * block.height)
    yield band


def _gaps(blocks: Iterable[Block], whole: Span, least: float) -> list[Span]:
    """From left to right: where no block stands, at least so wide."""
    found, end = [], whole[0]
    for left, right in sorted((float(block.box[0]), float(block.box[2])) for block in blocks):
        if left - end >= least:
            found.append((end, left))
        end = max(end, right)
    return [*found, (end, whole[1])] if whole[1] - end >= least else found


def _columns(blocks: list[Block], least: float) -> Iterator[list[Block]]:
    """The two sides of the widest gutter between columns of text, each divided further; the blocks, where none is."""
    left, right = min(block.box[0] for block in blocks), max(block.box[2] for block in blocks)
    for gap in sorted(_gaps(blocks, (left, right), least), key=lambda one: one[0] - one[1]):
        before = [block for block in blocks if block.box[2] <= gap[0]]
        after = [block for block in blocks if block.box[0] >= gap[1]]
        if _is_text(before, right - left) and _is_text(after, right - left):
            yield from _parts(before)
            yield from _parts(after)
            return
    yield blocks


def _is_text(blocks: Sequence[Block], whole: float) -> bool:
    """A column of lines that go on in the next one, as those of a table do not."""
    if not blocks:
        return False
    rows = _rows(blocks)
    left, right = min(block.box[0] for block in blocks), max(block.box[2] for block in blocks)
    letters = median(sum(len(block.text) for block in row) for row in rows)
    full = sum(row[-1].box[2] - left >= _FULL * (right - left) for row in rows)
    wide = right - left >= _NARROWEST * whole
    return wide and len(rows) >= _FEWEST and letters >= _PROSE and 2 * full >= len(rows)
