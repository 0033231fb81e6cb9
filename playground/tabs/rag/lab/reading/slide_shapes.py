"""The shapes of a slide in the order in which they are read, and the text of their paragraphs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from playground.tabs.rag.lab.reading.equations import M, linear
from playground.tabs.rag.lab.reading.graphics import A

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
    from pptx.shapes.base import BaseShape

_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SAYING = (f"{A}t", f"{M}t", f"{A}graphicData")
_BESIDE = 0.3
"""Of the lower one's height, that two shapes share which stand beside each other."""
_OVER = 0.05
"""Of the narrower one's width, that two shapes of different columns may share."""


class _Placed(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float
    number: int
    """In the order of the file."""
    shape: BaseShape

    @classmethod
    def of(cls, number: int, shape: BaseShape) -> _Placed:
        left, top = float(shape.left or 0), float(shape.top or 0)
        return cls(left, top, left + float(shape.width or 0), top + float(shape.height or 0), number, shape)


def in_reading_order(shapes: Iterable[BaseShape]) -> list[BaseShape]:
    """From top to bottom, from left to right; columns of several shapes, such as those of a comparison, one after the
    other. What has no place of its own (it is the layout's) comes first."""
    placed = [_Placed.of(number, shape) for number, shape in enumerate(shapes) if _says_something(shape)]
    stretches: list[list[_Placed]] = []
    for band in _bands(placed):
        columns = len(_columns(band))
        if stretches and columns > 1 and len(_columns(stretches[-1])) == len(_columns(stretches[-1] + band)) == columns:
            stretches[-1].extend(band)
        else:
            stretches.append(band)
    ordered = (column for stretch in stretches for column in _columns(stretch))
    return [one.shape for column in ordered for one in sorted(column, key=lambda one: (one.top, one.left, one.number))]


def choose_content(slide: Element) -> None:
    """Put what is newer than old programs, formulas for instance, where it stands: libraries pass over the choice."""
    for choice in list(slide.iter(f"{_CHOICE}AlternateContent")):
        above = choice.getparent()
        newer = [one for one in choice.findall(f"{_CHOICE}Choice") if any(True for _ in one.iter(*_SAYING))]
        chosen = newer[0] if newer else choice.find(f"{_CHOICE}Fallback")
        if above is not None and chosen is not None:
            for inner in list(chosen):
                choice.addprevious(inner)
            above.remove(choice)


def paragraph_text(paragraph: Element) -> str:
    """With its equations in one line each."""
    pieces = []
    for found in paragraph.iter(f"{A}t", f"{A}br", f"{M}oMath"):
        if found.tag == f"{M}oMath":
            pieces.append(f" {linear(found)} ")
        elif next(found.iterancestors(f"{M}oMath"), None) is None:
            pieces.append("\n" if found.tag == f"{A}br" else found.text or "")
    return "".join(pieces).replace("\v", "\n")


def _says_something(shape: BaseShape) -> bool:
    """It is no picture and no line; a group may say anything."""
    if hasattr(shape, "shapes"):
        return True
    return any(True for _ in shape._element.iter(*_SAYING))


def _bands(placed: Iterable[_Placed]) -> list[list[_Placed]]:
    """Those that stand beside each other, from the highest to the lowest."""
    bands: list[list[_Placed]] = []
    for one in sorted(placed, key=lambda one: (one.top, one.left, one.number)):
        if bands and any(_are_beside(one, other) for other in bands[-1]):
            bands[-1].append(one)
        else:
            bands.append([one])
    return bands


def _are_beside(one: _Placed, other: _Placed) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > _BESIDE * min(one.bottom - one.top, other.bottom - other.top)


def _columns(placed: Iterable[_Placed]) -> list[list[_Placed]]:
    """Those that stand below each other, from the left to the right."""
    columns: list[list[_Placed]] = []
    right = 0.0
    for one in sorted(placed, key=lambda one: (one.left, one.top, one.number)):
        if columns and one.left < right - _OVER * min(one.right - one.left, right - columns[-1][0].left):
            columns[-1].append(one)
            right = max(right, one.right)
        else:
            columns.append([one])
            right = one.right
    return columns
