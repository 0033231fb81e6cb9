"""AUC: the area under the ROC curve. From 0 to 1; 0.5 is what guessing gives, higher is better.

The curve has a point for each threshold: the share of what did not happen that is still above it (false positive rate)
against the share of what did (true positive rate). Its area is the probability that something that happened was given
more than something that did not (Hanley and McNeil 1982). By scikit-learn.
"""

from __future__ import annotations

from playground.measuring.errors import UnusableReferences
from playground.measuring.reference import Measured, Probabilities, Traits

TRAITS = Traits(needs="probabilities")


def measure(given: Probabilities) -> Measured:
    """With the curve's points. Raises `UnusableReferences("one_class")` where all or none of it happened."""
    from sklearn.metrics import roc_auc_score, roc_curve

    happened, said = list(given.happened), list(given.said)
    if len(set(happened)) < 2:
        raise UnusableReferences("one_class")
    false, true, _ = roc_curve(happened, said)
    points = tuple((float(x), float(y)) for x, y in zip(false, true, strict=True))
    return Measured(value=float(roc_auc_score(happened, said)), curve=points)
