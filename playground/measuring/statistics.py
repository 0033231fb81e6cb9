"""How sure a measured share or mean is, and whether two differ by more than chance.

scipy is imported where it is used: it takes more than a second, and most pages draw no statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

import numpy as np

DRAWS = 10_000
_NUMBERS_AT_ONCE = 1_000_000
"""Numbers that are resampled in one go: 8 MB."""


def wilson(successes: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The score interval of a proportion; (0, 1) of nothing. `successes` may be fractional: a sum of means.

    Wilson 1927, "Probable inference, the law of succession, and statistical inference", without continuity correction.
    Better than ± 1.96 standard errors for few items, and at 0 and n. The formula stands here because scipy's
    `binomtest(...).proportion_ci` refuses fractions, which repeated tries of an item give; on whole numbers they agree.
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
    from scipy.stats import binomtest

    pairs = only_first + only_second
    return float(binomtest(only_first, pairs).pvalue) if pairs else 1.0


def bootstrap_mean(values: Sequence[float], confidence: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """Percentile interval of the mean over items; of differences, the paired bootstrap.

    Efron 1979, "Bootstrap methods"; 10,000 resamples. (nan, nan) of nothing, and no width for one value.
    """
    if len(values) < 2:  # scipy refuses fewer
        only = float(values[0]) if values else float("nan")
        return only, only
    from scipy.stats import bootstrap

    found = bootstrap(
        (np.asarray(values, dtype=np.float64),),
        np.mean,
        n_resamples=DRAWS,
        batch=max(1, _NUMBERS_AT_ONCE // len(values)),
        confidence_level=confidence,
        method="percentile",
        rng=seed,
    ).confidence_interval
    return float(found.low), float(found.high)
