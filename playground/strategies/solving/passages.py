"""A search over a few texts that are at hand, for ReAct where no index of documents is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import log

from playground.asking.lending import Search

K1, B = 1.2, 0.75
MOST = 3
_BLANK_LINE = re.compile(r"\n\s*\n")


def search_in(texts: Sequence[str], most: int = MOST) -> Search:
    """A search over the paragraphs of these texts, best first; those without a word of the query are left out.

    Okapi BM25 with k₁ = 1.2 and b = 0.75: Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and
    Beyond", section 3.4; the weight of a word is ln(1 + (N − n + ½) / (n + ½)), which is never negative.
    """
    passages = [part.strip() for text in texts for part in _BLANK_LINE.split(text) if part.strip()]
    counts = [Counter(_words(passage)) for passage in passages]
    lengths = [sum(count.values()) for count in counts]
    mean = sum(lengths) / len(lengths) if lengths else 1.0
    containing = Counter(word for count in counts for word in count)

    def score(place: int, words: Sequence[str]) -> float:
        total, norm = 0.0, K1 * (1 - B + B * lengths[place] / mean)
        for word in words:
            weight = log(1 + (len(passages) - containing[word] + 0.5) / (containing[word] + 0.5))
            total += weight * counts[place][word] * (K1 + 1) / (counts[place][word] + norm)
        return total

    async def search(query: str) -> tuple[str, ...]:
        words = sorted(set(_words(query)))
        scored = [(score(place, words), place) for place in range(len(passages))]
        return tuple(passages[place] for value, place in sorted(scored, key=lambda one: -one[0])[:most] if value > 0)

    return search


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
