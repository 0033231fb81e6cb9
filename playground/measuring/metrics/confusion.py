"""Confusion matrix: how often each class was called what. A row is what is right, a column what was said.

It is a table and no number. By scikit-learn; an answer that is no class stands in the column "".
"""

from __future__ import annotations

from playground.measuring.metrics.f1 import notes_of
from playground.measuring.reference import Labels, Measured, Traits

TRAITS = Traits(needs="labels", low=0.0, high=None, better="neither")


def measure(given: Labels) -> Measured:
    """Counts in `table`: right class → said class."""
    from sklearn.metrics import confusion_matrix

    other = any(one not in given.classes for one in given.predicted)
    said = [one if one in given.classes else "" for one in given.predicted]
    names = [*given.classes, *([""] if other and "" not in given.classes else [])]
    counts = confusion_matrix(list(given.expected), said, labels=names)
    table = {
        right: {name: float(count) for name, count in zip(names, row, strict=True)}
        for right, row in zip(names, counts, strict=True)
        if right
    }
    return Measured(value=None, table=table, notes=notes_of(given))
