"""Are these tokens drawn from that distribution? For every engine's test of what it samples."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import numpy as np
from scipy import stats

from providers.adapters.huggingface.engines.base import Engine, Job

FEWEST = 5
"""Expected draws below which the chi-square approximation is not to be trusted: such tokens share a bin."""
AT_ONCE = 50
"""Every step's sign of life goes to all who wait: a thousand at once would cost the square of a thousand."""


async def draw(engine: Engine, jobs: Sequence[Job]) -> list[int]:
    """The first token of each job, in their order."""

    async def first(job: Job) -> int:
        async with aclosing(engine.submit(job)) as steps:
            return (await anext(steps)).token

    drawn = list[int]()
    for start in range(0, len(jobs), AT_ONCE):
        drawn += await asyncio.gather(*map(first, jobs[start : start + AT_ONCE]))
    return drawn


def chi_square(observed_tokens: Sequence[int], probabilities: np.ndarray) -> float:
    """The p-value of the draws under `probabilities`, shape (vocabulary,). Cochran 1954 for the bins.

    Raises AssertionError where a token was drawn that has probability 0. It is 1 where there is nothing to compare:
    one bin holds everything.
    """
    counts = np.bincount(observed_tokens, minlength=probabilities.size)
    impossible = np.flatnonzero(
        (counts > 0) & (np.append(probabilities, np.zeros(counts.size - probabilities.size)) == 0)
    )
    if impossible.size:
        raise AssertionError(f"drawn with probability 0: {impossible.tolist()}")
    order = np.argsort(-probabilities, kind="stable")
    expected = probabilities[order] / probabilities.sum() * len(observed_tokens)
    own = int(np.sum(expected >= FEWEST))
    if own and expected[own:].sum() < FEWEST:  # the rest is too rare for a bin of its own: it joins the rarest bin
        own -= 1
    bins = [np.append(values[:own], values[own:].sum()) for values in (counts[order], expected)]
    return float(stats.chisquare(*bins).pvalue) if own else 1.0
