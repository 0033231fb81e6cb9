"""Calibration: whether what is called 80 % sure is right 8 times out of 10. The expected
calibration error; lower is better.

ECE = Σ (items of a bin / all) · |share that happened − mean of what was said|, over ten bins of equal width. Naeini et
al. 2015; Guo et al. 2017. From 0 to 1. The reliability diagram draws the share that happened against what was said.
"""

from __future__ import annotations

from math import ceil

from playground.measuring.reference import Measured, Probabilities, Traits, few

TRAITS = Traits(needs="probabilities", better="lower")
BINS = 10


def measure(given: Probabilities) -> Measured:
    """With the diagram: `curve` has a point (mean said, share that happened) a bin that is not empty; `table` its
    numbers."""
    return expected_error(given, BINS)


def expected_error(given: Probabilities, bins: int) -> Measured:
    """With that many bins. A bin holds what is above its lower edge up to its upper one, the first also 0."""
    held: dict[int, list[tuple[float, bool]]] = {}
    for said, happened in zip(given.said, given.happened, strict=True):
        held.setdefault(max(0, ceil(round(said * bins, 9)) - 1), []).append((said, happened))
    table, curve = dict[str, dict[str, float]](), list[tuple[float, float]]()
    total, error, worst = len(given.said), 0.0, 0.0
    for place, several in sorted(held.items()):
        said = sum(one for one, _ in several) / len(several)
        share = sum(happened for _, happened in several) / len(several)
        error += len(several) / total * abs(share - said)
        worst = max(worst, abs(share - said))
        curve.append((said, share))
        name = f"{place / bins:g}–{(place + 1) / bins:g}"
        table[name] = {"items": float(len(several)), "said": said, "happened": share}
    return Measured(value=error, parts={"worst": worst}, table=table, curve=tuple(curve), notes=few(total))
