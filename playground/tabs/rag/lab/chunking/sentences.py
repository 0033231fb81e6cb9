"""Where a text may be cut: at sentences first, then at lines, clauses, words, and only then within a word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Span = tuple[int, int]
"""Start and end, in characters."""

_SENTENCE = re.compile(
    r"""
    \n\s*\n                                    # a paragraph ends
    | (?<=[.!?…])["'”’»)\]]*\s+(?=["'“‘«(\[¿¡—–-]*[^\W_a-zà-ÿ])     # a sentence ends, and what follows starts as one
    | (?<=[。！？])                             # marks that no space follows
    | \n(?=\s*(?:[-*•‣◦▪]|\d{1,3}[.)])\s)      # a list's next entry
    """,
    re.VERBOSE,
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:\w|Mr|Mrs|Ms|Dr|Dra|Sr|Sra|Srta|Prof|St|vs|cf|etc|art|núm|pág|fig|Fig|Eq|No|ca|approx|e\.g|i\.e|p\.\s?ej))\.$"
)
_FINER = tuple(re.compile(pattern) for pattern in (r"\n+", r"(?<=[;:,])\s+", r"\s+"))
"""Borders within a sentence, the best first."""


def sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentences of `text[start:end]`, without the blanks around them. Nothing but blanks is between them."""
    place = start
    for border in _SENTENCE.finditer(text, start, end):
        if border.end() == border.start() == place:
            continue
        before = text[max(place, border.start() - 12) : border.start()]
        if "\n\n" not in border.group() and _ABBREVIATION.search(before):
            continue
        yield from trim(text, place, border.end())
        place = border.end()
    yield from trim(text, place, end)


def trim(text: str, start: int, end: int) -> Iterator[Span]:
    """The span without the blanks at its ends; nothing where it is blank."""
    piece = text[start:end]
    inner = piece.strip()
    if inner:
        start += len(piece) - len(piece.lstrip())
        yield start, start + len(inner)


def split_to_fit(text: str, span: Span, fits: Callable[[Span], bool]) -> Iterator[Span]:
    """The span, halved at its best borders until every part fits (or is one character)."""
    waiting = [span]
    while waiting:
        start, end = waiting.pop()
        if end - start <= 1 or fits((start, end)):
            yield start, end
            continue
        middle = _border(text, start, end)
        waiting.extend(reversed([*trim(text, start, middle), *trim(text, middle, end)]))


def _border(text: str, start: int, end: int) -> int:
    """The best place near the middle of the span to cut it; always within it."""
    middle, quarter = (start + end) // 2, max(1, (end - start) // 4)
    for finer in _FINER:
        # A quarter to each side: a cut close to an end would leave a part as long as before.
        found = [border.end() for border in finer.finditer(text, middle - quarter, middle + quarter)]
        inside = [place for place in found if start < place < end]
        if inside:
            return min(inside, key=lambda place: abs(place - middle))
    return middle
