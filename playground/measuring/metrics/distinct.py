"""Distinct-n: different n-grams of words divided by all of them, over all texts. Li et al. 2016, n from 1 to 3.

From 0 to 1; neither end is good: 1 is a text that never uses a word twice. It falls with the length of the texts, so
only texts of about one length can be compared. The value is distinct-2.
"""

from __future__ import annotations

from playground.measuring.reference import Measured, Plain, Traits
from playground.measuring.words import tokenize

TRAITS = Traits(needs="plain", better="neither")


def measure(given: Plain) -> Measured:
    """`None` where no text has two words."""
    words = [tokenize(one) for one in given.texts]
    parts = {f"distinct_{order}": share for order in (1, 2, 3) if (share := distinct_share(words, order)) is not None}
    return Measured(value=parts.get("distinct_2"), parts=parts)


def distinct_share(texts: list[list[str]], order: int) -> float | None:
    """Different n-grams of that order by all of them; `None` where there is none."""
    grams = [tuple(text[start : start + order]) for text in texts for start in range(len(text) - order + 1)]
    return len(set(grams)) / len(grams) if grams else None
