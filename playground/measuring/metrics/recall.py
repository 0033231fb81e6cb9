"""Recall (sensitivity): of what is of a class, the share that was called so. From 0 to 1, higher is better.

recall = true positives / (true positives + false negatives), of each class; macro: the mean over classes; micro: over
all answers together. A class that never occurs has none, and counts as 0. By scikit-learn.
"""

from __future__ import annotations

from playground.measuring.metrics.f1 import average_scores
from playground.measuring.reference import Labels, Measured, Traits

TRAITS = Traits(needs="labels")


def measure(given: Labels) -> Measured:
    """The macro average; `parts` have the micro one, and each class's after its name."""
    from sklearn.metrics import recall_score

    return average_scores(given, recall_score)
