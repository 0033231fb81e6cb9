"""Where the text of a PDF's page stands: the gaps within a line, and whether the page is a picture in the main.

A page is one where it is a scan, a photograph, or letters drawn as lines. How much of it the text covers decides, not
whether there is a word of it: a scanned page often has a line of its own, from the program that scanned it.
"""

from __future__ import annotations

import ctypes
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from playground.tabs.rag.lab.reading.printed_lines import PaperLine

if TYPE_CHECKING:
    from pypdfium2 import PdfObject, PdfPage, PdfTextPage

_WIDE = 1.5
"""Of a line's height: a gap between columns, not between words."""
_MUCH = 600
"""Letters; a page with more of them is no picture."""
_LEAST_TEXT = 0.05
"""Of a page, that its text covers; half a page of ordinary text is a fifth."""
_LEAST_PICTURE = 0.5
_MANY_LINES = 300
"""Drawn on one page: as many as there are letters in a few paragraphs."""
_MOST_OBJECTS = 1000
_INVISIBLE = 3
"""How text is drawn that lies behind a picture, so that it can be found."""


class Rectangle(NamedTuple):
    """In points, from the bottom left corner of the page."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def area(self) -> float:
        return max(0.0, self.right - self.left) * max(0.0, self.top - self.bottom)


class TextPlaces:
    """Where the letters of a page stand."""

    def __init__(self, words: PdfTextPage) -> None:
        from pypdfium2 import raw

        self._words, self._raw = words, raw
        self._corners = [ctypes.c_double() for _ in range(4)]

    def line(self, start: int, end: int) -> PaperLine | None:
        """The line that is the page's text from `start` to `end`; `None` where nothing is drawn."""
        first = self._raw.FPDFText_GetCharIndexFromTextIndex(self._words, start)
        pieces = self._rectangles(first, end - start) if first >= 0 and end > start else []
        if not pieces:
            return None
        gaps = [(before.right, after.left) for before, after in pairwise(pieces) if _is_apart(before, after)]
        return PaperLine(pieces[0].top, pieces[-1].bottom, gaps)

    def cover(self, area: float) -> bool:
        """All text together stands on so many square points or more."""
        return sum(one.area for one in self._rectangles(0, -1)) >= area

    def _rectangles(self, first: int, count: int) -> list[Rectangle]:
        """Around so many letters, or all from `first` on for −1: one for those that are drawn at once on a line."""
        left, top, right, bottom = self._corners
        found = []
        for place in range(self._raw.FPDFText_CountRects(self._words, first, count)):
            self._raw.FPDFText_GetRect(self._words, place, left, top, right, bottom)
            found.append(Rectangle(left.value, bottom.value, right.value, top.value))
        return found


def _is_apart(before: Rectangle, after: Rectangle) -> bool:
    """They stand on one line, as far from each other as columns do."""
    height = max(before.top - before.bottom, after.top - after.bottom)
    beside = min(before.top, after.top) > max(before.bottom, after.bottom)
    return beside and after.left - before.right > _WIDE * height


def is_picture(page: PdfPage, text: str, places: TextPlaces) -> bool:
    """What is to be read on the page is in a picture; a page without text and with anything else counts as one."""
    if len(text) > _MUCH:
        return False
    width, height = page.get_size()
    area = max(1.0, float(width) * float(height))
    if text and places.cover(_LEAST_TEXT * area):
        return False
    from pypdfium2 import raw

    pictured, lines = 0.0, 0
    for one in islice(page.get_objects(max_depth=3), _MOST_OBJECTS):
        if not text:
            return True
        if one.type == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFTextObj_GetTextRenderMode(one) == _INVISIBLE:
            return False  # the picture has been read already, and its text put behind it
        if one.type == raw.FPDF_PAGEOBJ_IMAGE:
            pictured += Rectangle(*_outermost(one).get_bounds()).area
        lines += one.type == raw.FPDF_PAGEOBJ_PATH
    return pictured >= _LEAST_PICTURE * area or lines >= _MANY_LINES


def _outermost(one: PdfObject) -> PdfObject:
    """What it is drawn in: only of that is it known where on the page it stands."""
    while one.container is not None:
        one = one.container
    return one
