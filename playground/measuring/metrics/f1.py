"""F1: the harmonic mean of precision and recall, of each class. From 0 to 1, higher is better.

F1 = 2 · precision · recall / (precision + recall); macro: the mean over classes, each counting the same; micro: over
all answers together. Van Rijsbergen 1979. A class without right or named answers counts as 0. By scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playground.measuring.reference import Labels, Measured, Traits, few

TRAITS = Traits(needs="labels")


def measure(given: Labels) -> Measured:
    """The macro average; `parts` have the micro one, and each class's after its name."""
    from sklearn.metrics import f1_score

    return average_scores(given, f1_score)


def average_scores(given: Labels, score: Callable[..., Any]) -> Measured:
    """One of scikit-learn's scores, macro, micro and by class. Classes that never occur are told in a note."""
    expected, predicted, classes = list(given.expected), list(given.predicted), list(given.classes)
    each = score(expected, predicted, labels=classes, average=None, zero_division=0)
    macro, micro = (
        float(score(expected, predicted, labels=classes, average=average, zero_division=0))
        for average in ("macro", "micro")
    )
    by_class = {name: {"value": float(value)} for name, value in zip(classes, each, strict=True)}
    return Measured(value=macro, parts={"macro": macro, "micro": micro}, table=by_class, notes=notes_of(given))


def notes_of(given: Labels) -> tuple[str, ...]:
    """What has to be known of these labels."""
    return (*(("absent_class",) if given.absent else ()), *few(len(given.expected)))
