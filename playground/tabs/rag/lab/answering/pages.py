"""Page numbers that an answer names, compared with the pages on which the passages it cites really stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playground.tabs.rag.lab.answering.citations import citations
from playground.tabs.rag.lab.answering.statements import statements

_PAGE = re.compile(
    r"(?<![\w.])(?:pages?|páginas?|págs?\.?|pgs?\.|pp?\.)\s*(?P<first>\d{1,5})(?:\s*[-–—]\s*(?P<last>\d{1,5}))?(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageClaim:
    """`text[start:end]` names a page. `pages` are those of the passages that its sentence cites, or of all."""

    start: int
    end: int
    pages: tuple[int, ...]
    right: bool


def page_claims(text: str, pages: Sequence[int]) -> tuple[PageClaim, ...]:
    """Every page that is named; `pages` are those of the passages [1] … [n]. None without passages."""
    if not pages:
        return ()
    cited, sentences = citations(text, len(pages)), statements(text)
    found = []
    for claim in _PAGE.finditer(text):
        start, end = next(((a, b) for a, b in sentences if a <= claim.start() < b), (0, len(text)))
        numbers = [number for one in cited if start <= one.start < end for number in one.numbers]
        where = tuple(sorted({pages[number - 1] for number in numbers} or set(pages)))
        first, last = int(claim["first"]), int(claim["last"] or claim["first"])
        right = any(first <= page <= last for page in where)
        found.append(PageClaim(start=claim.start(), end=claim.end(), pages=where, right=right))
    return tuple(found)
