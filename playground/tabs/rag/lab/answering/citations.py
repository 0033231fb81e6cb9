"""Citations in an answer: which of the prompt's passages its numbers in brackets mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBERS = r"\d{1,3}(?:\s*(?:,|;|-|–|—|and|y|e|&)\s*\d{1,3}){0,20}"
_CITATION = re.compile(
    r"(?<!!)"  # the text of a picture's link is none
    rf"(?:\[\s*(?:(?:passages?|pasajes?|sources?|fuentes?)\s+)?(?P<square>{_NUMBERS})\s*\]|【\s*(?P<thick>{_NUMBERS})\s*】)"
    r"(?P<link>\([^()\s]{0,500}\))?",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?P<mark>`{3,}|~{3,}).*?(?:(?P=mark)|\Z)|(?P<tick>`{1,2})[^`\n]+(?P=tick)", re.DOTALL)
_PIECE = re.compile(r"(\d+)(?:\s*[-–—]\s*(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """`text[start:end]` is the citation, brackets included, and with the address where a model made a link of it.

    `numbers` are passages that exist, each once, as written; `unknown` the numbers that no passage has.
    """

    start: int
    end: int
    numbers: tuple[int, ...]
    unknown: tuple[int, ...] = ()


def citations(text: str, passages: int) -> tuple[Citation, ...]:
    """All citations of an answer to `passages` passages: [1], [1, 2], [1-3], [passage 1], 【1】; none inside code."""
    return tuple(_citations(text, passages))


def without_citations(text: str) -> str:
    """The text as a reader would say it."""
    return " ".join(_CITATION.sub("", text).split())


def _citations(text: str, passages: int) -> Iterator[Citation]:
    code = [(found.start(), found.end()) for found in _CODE.finditer(text)]
    for found in _CITATION.finditer(text):
        if any(start <= found.start() < end for start, end in code):
            continue
        numbers = list(dict.fromkeys(_each(found["square"] or found["thick"])))
        yield Citation(
            start=found.start(),
            end=found.end(),
            numbers=tuple(number for number in numbers if 1 <= number <= passages),
            unknown=tuple(number for number in numbers if not 1 <= number <= passages),
        )


def _each(numbers: str) -> Iterator[int]:
    for piece in _PIECE.finditer(numbers):
        first, last = int(piece[1]), int(piece[2] or piece[1])
        if first <= last:
            yield from range(first, last + 1)
        else:
            yield from (first, last)
