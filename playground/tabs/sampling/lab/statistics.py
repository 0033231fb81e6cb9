"""How alike, and how varied, several texts are. Words and signs count, upper and lower case are the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import combinations


def words(text: str) -> list[str]:
    """Runs of letters, digits and underscores, and every other visible character by itself, in lower case."""
    return re.findall(r"\w+|[^\w\s]", text.casefold())


def distinct(texts: Iterable[str], n: int) -> float | None:
    """Of all sequences of n words in the texts, the share that are different ones: from just above 0 to 1.

    distinct-n of Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models", section
    5.2, which divides by the number of words; here by the number of n-grams, so that 1 means that nothing was repeated.
    No n-gram reaches from one text into the next. Longer texts repeat more by necessity: compare texts of one length.
    `None` where no text has n words.
    """
    grams = [gram for text in texts for gram in _grams(words(text), n)]
    return len(set(grams)) / len(grams) if grams else None


def _grams(found: Sequence[str], n: int) -> Iterable[tuple[str, ...]]:
    return zip(*(found[start:] for start in range(n)), strict=False)


def agreement(texts: Sequence[str]) -> float | None:
    """How far the texts say the same in the same order: 0 for nothing in common, 1 for the same words throughout.

    The mean, over all pairs, of 2·L / (a + b), where L is the longest common subsequence of two texts of a and b words:
    ROUGE-L's F1 (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries", section 3) between every two runs.
    The mean over pairs is ours. Two texts without a word agree. `None` for fewer than two texts.
    """
    if len(texts) < 2:
        return None
    pairs = [_alike(one, other) for one, other in combinations([words(text) for text in texts], 2)]
    return sum(pairs) / len(pairs)


def _alike(one: Sequence[str], other: Sequence[str]) -> float:
    if one == other:
        return 1.0
    return 2 * common_subsequence(one, other) / (len(one) + len(other))


def common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence, a row of the table at a time as the bits of one number.

    Hyyrö 2004, "Bit-Parallel LCS-length Computation Revisited".
    """
    places: dict[str, int] = {}
    for place, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << place
    full = (1 << len(one)) - 1
    row = full
    for word in other:
        matched = row & places.get(word, 0)
        row = ((row + matched) | (row - matched)) & full
    return len(one) - row.bit_count()
