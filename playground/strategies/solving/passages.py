"""A search over a few texts that are at hand, for ReAct where no index of documents is."""

from __future__ import annotations

import re
from collections.abc import Sequence

import bm25s
import numpy as np

from playground.asking.lending import Search

MOST = 3
_BLANK_LINE = re.compile(r"\n\s*\n")


def search_in(texts: Sequence[str], most: int = MOST) -> Search:
    """A search over the paragraphs of these texts, best first; those without a word of the query are left out.

    BM25 with k₁ = 1.2 and b = 0.75 by the library bm25s, in Lucene's variant: the weight of a word is
    ln(1 + (N − n + ½) / (n + ½)), which is never negative (Robertson & Zaragoza 2009, "The Probabilistic Relevance
    Framework: BM25 and Beyond", section 3.4; Kamphuis et al. 2020, "Which BM25 Do You Mean?").
    """
    passages = [part.strip() for text in texts for part in _BLANK_LINE.split(text) if part.strip()]
    tokens = [_words(passage) for passage in passages]
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    if any(tokens):  # it cannot index no words
        index.index(tokens, show_progress=False)

    async def search(query: str) -> tuple[str, ...]:
        words = sorted(set(_words(query)))
        if not words or not any(tokens):
            return ()
        scores = index.get_scores(words)
        best = np.argsort(-scores, kind="stable")[:most]
        return tuple(passages[place] for place in best if scores[place] > 0)

    return search


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
