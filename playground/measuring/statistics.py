"""How sure a measured share or mean is, and whether two differ by more than chance.

scipy is imported where it is used: it takes more than a second, and most pages draw no statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np

ALPHA = 0.05
"""p below which a difference counts as shown."""
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


def bootstrap_ratio(
    tops: Sequence[float], bottoms: Sequence[float], confidence: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Percentile interval of sum(tops) / sum(bottoms) over items: of F1 over all items together; with bottoms of 1, of
    a mean. Without scipy. As `bootstrap_mean`; draws whose bottom is 0 are left out, and one item has
    no width.
    """
    if len(tops) < 2:
        only = tops[0] / bottoms[0] if tops and bottoms[0] else float("nan") if not tops else 0.0
        return only, only
    drawn = np.random.default_rng(seed).multinomial(len(tops), np.full(len(tops), 1 / len(tops)), size=DRAWS)
    above, below = drawn @ np.asarray(tops, dtype=np.float64), drawn @ np.asarray(bottoms, dtype=np.float64)
    if not (below > 0).any():
        return 0.0, 0.0
    low, high = np.quantile(above[below > 0] / below[below > 0], [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def holm(values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p of several tests, in the order given: one below α keeps the chance of any false alarm below α.

    Holm 1979, "A simple sequentially rejective multiple test procedure": the smallest p times m, the next times m − 1,
    …, none below the one before, none above 1.
    """
    order = sorted(range(len(values)), key=lambda place: values[place])
    adjusted, most = [0.0] * len(values), 0.0
    for rank, place in enumerate(order):
        most = max(most, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = most
    return tuple(adjusted)


def cohen_kappa(one: Sequence[str], other: Sequence[str]) -> float | None:
    """Agreement of two judges beyond chance, from −1 to 1. Cohen 1960: (agreed − expected) / (1 − expected).

    `None` where chance alone would agree on everything: both always said the same one word.
    """
    total = len(one)
    if not total:
        return None
    agreed = sum(mine == theirs for mine, theirs in zip(one, other, strict=True)) / total
    expected = sum(list(one).count(name) * list(other).count(name) for name in set(one)) / total**2
    return (agreed - expected) / (1 - expected) if expected < 1 else None


def items_to_tell(differences: Sequence[float], power: float = 0.8, alpha: float = ALPHA) -> int | None:
    """How many items would show a difference like this one, with a chance of `power`, two-sided. `None`: none is seen.

    Of scores of 0 and 1 (differences of −1, 0 and 1) Connor 1987, "Sample size for testing differences in proportions
    for the paired-sample design": n = (z₁ √ψ + z₂ √(ψ − δ²))² / δ², with ψ the share of items on which they differ and
    δ the difference. Of others the paired z test: n = ((z₁ + z₂) · s / δ)².
    """
    count = len(differences)
    mean = sum(differences) / count if count else 0.0
    if abs(mean) < 1e-9:
        return None
    first, second = NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)
    if all(abs(one) < 1e-9 or abs(abs(one) - 1) < 1e-9 for one in differences):
        return _connor(sum(abs(one) for one in differences) / count, mean, first, second)
    deviation = sqrt(sum((one - mean) ** 2 for one in differences) / max(1, count - 1))
    return max(2, ceil(((first + second) * deviation / mean) ** 2))


def _connor(differing: float, difference: float, first: float, second: float) -> int:
    rest = max(0.0, differing - difference**2)
    return max(2, ceil((first * sqrt(differing) + second * sqrt(rest)) ** 2 / difference**2))
