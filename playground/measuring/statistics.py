"""How sure a measured share or mean is, and whether two differ by more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, sqrt
from statistics import NormalDist

import numpy as np

DRAWS = 10_000


def wilson(successes: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The score interval of a proportion; (0, 1) of nothing. `successes` may be fractional: a sum of means.

    Wilson 1927, "Probable inference, the law of succession, and statistical inference", without continuity correction.
    Better than ± 1.96 standard errors for few items, and at 0 and n.
    """
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Two-sided p that two ways are right equally often, from the pairs in which just one of them is right.

    McNemar 1947, in the exact form: under the hypothesis each such pair is a fair coin. 1 where there is none.
    """
    n, fewer = only_first + only_second, min(only_first, only_second)
    tail = sum(comb(n, k) for k in range(fewer + 1))
    return min(1.0, 2 * tail / (1 << n))


def bootstrap_mean(values: Sequence[float], confidence: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """Percentile interval of the mean over items; of differences, the paired bootstrap.

    Efron 1979, "Bootstrap methods"; 10,000 resamples. (nan, nan) of nothing.
    """
    if not values:
        return float("nan"), float("nan")
    drawn = np.random.default_rng(seed)
    sample = np.asarray(values, dtype=np.float64)
    means = np.array([sample[drawn.integers(0, len(sample), len(sample))].mean() for _ in range(DRAWS)])
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
