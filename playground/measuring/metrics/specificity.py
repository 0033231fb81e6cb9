"""Specificity: of what is not of a class, the share that was not called so either. From 0 to 1, higher is better.

specificity = true negatives / (true negatives + false positives), of each class; macro: the mean over classes; micro:
over all answers together. Yerushalmy 1947. It is the recall of "not of this class".
"""

from __future__ import annotations

from statistics import fmean

from playground.measuring.metrics.f1 import notes_of
from playground.measuring.reference import Labels, Measured, Traits

TRAITS = Traits(needs="labels")


def measure(given: Labels) -> Measured:
    """The macro average over the classes of which there are others; `None` where there is but one class."""
    pairs = list(zip(given.expected, given.predicted, strict=True))
    by_class, true, negative = dict[str, dict[str, float]](), 0, 0
    for name in given.classes:
        others = [said for right, said in pairs if right != name]
        if others:
            kept = sum(said != name for said in others)
            true, negative = true + kept, negative + len(others)
            by_class[name] = {"value": kept / len(others)}
    if not by_class:
        return Measured(value=None, notes=notes_of(given))
    macro = fmean(one["value"] for one in by_class.values())
    return Measured(
        value=macro, parts={"macro": macro, "micro": true / negative}, table=by_class, notes=notes_of(given)
    )
