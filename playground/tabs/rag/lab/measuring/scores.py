"""How good a ranking is, against the chunks that hold the answer."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

Wanted = Sequence[frozenset[str]]
"""The chunks that hold each quote of an answer: with overlapping chunks several do, and any of them will."""


def recall_at(ranked: Sequence[str], wanted: Wanted, k: int) -> float:
    """The part of the quotes that a chunk among the first `k` holds, 0 to 1; with one quote 0 or 1 (hit@k).

    Recall as in Manning, Raghavan & Schütze 2008, "Introduction to Information Retrieval", section 8.3, over quotes
    instead of chunks: a chunk that overlaps one already found is no second answer.
    """
    first = set(ranked[:k])
    return sum(bool(first & holding) for holding in wanted) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranked: Sequence[str], wanted: Wanted) -> float:
    """1 over the rank of the first chunk that holds any of the quotes; 0 where none does. Its mean is MRR.

    Voorhees 1999, "The TREC-8 Question Answering Track Report", section 4.
    """
    every = frozenset[str]().union(*wanted)
    return next((1 / rank for rank, one in enumerate(ranked, start=1) if one in every), 0.0)


def ndcg_at(ranked: Sequence[str], wanted: Wanted, k: int) -> float:
    """Discounted cumulative gain of the first `k`, by that of the best order, 0 to 1.

    Järvelin & Kekäläinen 2002, "Cumulated gain-based evaluation of IR techniques", with the discount 1 / log₂(rank + 1)
    and a gain of 1 for each quote that no earlier chunk holds (Clarke et al. 2008, "Novelty and diversity in
    information retrieval evaluation", with α = 1; the best order is found greedily, as there).
    """
    best = _best(wanted, k)
    return min(1.0, _dcg(ranked[:k], wanted) / best) if best else 0.0


def first_rank(ranked: Sequence[str], wanted: Wanted) -> int | None:
    """The rank of the first chunk that holds any of the quotes."""
    every = frozenset[str]().union(*wanted)
    return next((rank for rank, one in enumerate(ranked, start=1) if one in every), None)


def _dcg(ranked: Sequence[str], wanted: Wanted) -> float:
    left, gained = list(wanted), 0.0
    for rank, one in enumerate(ranked, start=1):
        new = [holding for holding in left if one in holding]
        gained += len(new) / log2(rank + 1)
        left = [holding for holding in left if one not in holding]
    return gained


def _best(wanted: Wanted, k: int) -> float:
    left, order = list(wanted), list[str]()
    while left and len(order) < k:
        choices = sorted(frozenset[str]().union(*left))
        if not choices:
            break
        best = max(choices, key=lambda one: sum(one in holding for holding in left))
        order.append(best)
        left = [holding for holding in left if best not in holding]
    return _dcg(order, wanted)
