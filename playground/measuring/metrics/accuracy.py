"""Accuracy: the share of labels that are right. From 0 to 1, higher is better.

accuracy = right / all. Of classes of unequal size it flatters whoever always names the largest: see `f1` and
`confusion`. By scikit-learn.
"""

from __future__ import annotations

from playground.measuring.reference import Labels, Measured, Traits, few

TRAITS = Traits(needs="labels")


def measure(given: Labels) -> Measured:
    """With each item right (1) or wrong (0)."""
    from sklearn.metrics import accuracy_score

    right = tuple(float(one == other) for one, other in zip(given.expected, given.predicted, strict=True))
    value = float(accuracy_score(list(given.expected), list(given.predicted)))
    return Measured(value=value, items=right, notes=few(len(right)))
