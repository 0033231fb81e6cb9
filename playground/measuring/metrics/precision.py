"""Precision: of what was called a class, the share that is of it. From 0 to 1, higher is better.

precision = true positives / (true + false positives), of each class; macro: the mean over classes; micro: over all
answers together. A class that is never named has none, and counts as 0. By scikit-learn.
"""

from __future__ import annotations

from playground.measuring.metrics.f1 import average_scores
from playground.measuring.reference import Labels, Measured, Traits

TRAITS = Traits(needs="labels")


def measure(given: Labels) -> Measured:
    """The macro average; `parts` have the micro one, and each class's after its name."""
    from sklearn.metrics import precision_score

    return average_scores(given, precision_score)
