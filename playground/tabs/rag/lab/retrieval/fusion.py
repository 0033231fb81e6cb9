"""Joining two rankings into one: by ranks, since a cosine and a BM25 score cannot be compared."""

from __future__ import annotations

from collections.abc import Sequence

K = 60
"""As in Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
methods", SIGIR 2009."""


def fuse(dense: Sequence[str], lexical: Sequence[str], weight: float) -> list[tuple[str, float]]:
    """Both rankings' ids, best first, with scores from 0 to 1: the weighted sum of 1 / (K + rank), as a part of the
    most possible.

    `weight`: of the dense ranks, 0 to 1; the lexical ones have the rest. What scores the same keeps the order of the
    heavier ranking, so that with weight 0 what only the dense search found comes last, in its own order.
    """
    scores = dict[str, float]()
    first, second = ((dense, weight), (lexical, 1 - weight))[:: 1 if weight > 0.5 else -1]
    for ranking, share in (first, second):
        for rank, one in enumerate(ranking, 1):
            scores[one] = scores.get(one, 0.0) + share * (K + 1) / (K + rank)
    return sorted(scores.items(), key=lambda found: -found[1])
