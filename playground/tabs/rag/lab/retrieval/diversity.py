"""Maximal marginal relevance: what only repeats a better passage comes later."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BALANCE = 0.7
"""How much relevance counts; the rest is for being new."""


def diversify(
    relevance: NDArray[np.float64], vectors: NDArray[np.float32], k: int, balance: float = BALANCE
) -> list[tuple[int, float]]:
    """The rows of k passages in the order of choice, with their scores when they were chosen, −1 to 1.

    `relevance`: shape (n,), 0 to 1. `vectors`: shape (n, dimensions), of length 1. Each choice has the highest
    balance · relevance − (1 − balance) · its highest cosine with a passage chosen before. Carbonell and Goldstein, "The
    use of MMR, diversity-based reranking for reordering documents and producing summaries", SIGIR 1998.
    """
    chosen, open_rows = list[tuple[int, float]](), np.ones(len(relevance), dtype=bool)
    closest = np.zeros(len(relevance))
    while len(chosen) < min(k, len(relevance)):
        scores = np.where(open_rows, balance * relevance - (1 - balance) * closest, -np.inf)
        row = int(np.argmax(scores))
        cosines = np.asarray(vectors @ vectors[row], dtype=np.float64)
        closest = cosines if not chosen else np.maximum(closest, cosines)
        chosen.append((row, float(scores[row])))
        open_rows[row] = False
    return chosen
