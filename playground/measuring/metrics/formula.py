"""Right if the answer is the same formula as an accepted one: x + 1 is 1 + x, 1/√2 is √2/2. By math-verify.

For numbers `exact` is the better judge: see `docs/measurements.md`.
"""

from __future__ import annotations

from playground.measuring.extract import Extraction
from playground.measuring.formulas import same_formula
from playground.measuring.items import Item, Kind
from playground.measuring.metrics import Scoring

KINDS: frozenset[Kind] = frozenset({"text"})
BINARY = True
SLOW = True


def score(item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """1 or 0. Blocks up to 20 seconds, one or two as a rule."""
    return float(extraction.value is not None and same_formula(extraction.value, item.answers))
