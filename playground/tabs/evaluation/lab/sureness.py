"""How sure a model was of the options that it was given, and how right: of answers chosen by their likelihood.

A model's probabilities are those of the options among themselves (their shares). Two questions are asked of them:

- calibration: was the option that it chose right as often as its share said (reliability diagram, ECE)?
- ROC and AUC: did right options get more than wrong ones? Every option of every question is one case, right or not: the
  micro-average of one class against the rest, as scikit-learn calls it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from playground.measuring.errors import UnusableReferences
from playground.measuring.items import LETTERS, Item
from playground.measuring.metrics import apply_metric
from playground.measuring.outcomes import Outcome, Outcomes
from playground.measuring.reference import Measured, Probabilities
from playground.measuring.store import RunDescription


@dataclass(frozen=True, slots=True, kw_only=True)
class Sureness:
    """`calibration` of the option chosen, `roc` of all options; `None` where all or none of them are right."""

    answers: int
    options: int
    calibration: Measured
    roc: Measured | None

    @property
    def error(self) -> float:
        """The expected calibration error."""
        return self.calibration.value or 0.0

    @property
    def auc(self) -> float | None:
        return self.roc.value if self.roc is not None else None


def sureness(description: RunDescription, outcomes: Outcomes, column: str) -> Sureness | None:
    """Of one column; `None` where answers were written, and before any is there."""
    items = {item.id: item for item in description.items}
    chosen, chosen_right = list[float](), list[bool]()
    every, every_right = list[float](), list[bool]()
    for cell, outcome in sorted(outcomes.items()):
        item = items.get(cell.item)
        shares = _shares(outcome) if cell.column == column and item is not None else []
        if not shares or item is None:
            continue
        right = [name in item.answers for name in _names(description, item, len(shares))]
        place = max(range(len(shares)), key=lambda at: shares[at][1])  # as the answer was chosen
        chosen.append(shares[place][0])
        chosen_right.append(right[place])
        every += [share for share, _ in shares]
        every_right += right
    if not chosen:
        return None
    return Sureness(
        answers=len(chosen),
        options=len(every),
        calibration=apply_metric("calibration", Probabilities(happened=tuple(chosen_right), said=tuple(chosen))),
        roc=_roc(every_right, every),
    )


def _roc(happened: list[bool], said: list[float]) -> Measured | None:
    try:
        return apply_metric("roc_auc", Probabilities(happened=tuple(happened), said=tuple(said)))
    except UnusableReferences:  # every option is right, or none: there is nothing to tell apart
        return None


def _shares(outcome: Outcome) -> list[tuple[float, float]]:
    """Of each option its share among them, from 0 to 1, and what it was compared by; nothing of a written answer."""
    if not isinstance(outcome.trace, list) or outcome.failure is not None:
        return []
    rows = [one for one in outcome.trace if isinstance(one, dict)]
    return [(min(1.0, max(0.0, _number(one, "share"))), _number(one, "value")) for one in rows]


def _number(row: Mapping[str, JsonValue], name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _names(description: RunDescription, item: Item, count: int) -> tuple[str, ...]:
    """What an answer calls each option, in their order: a letter, or the label itself."""
    return tuple(LETTERS[:count]) if description.kind == "choice" else item.choices[:count]
