"""Right if the program passes the item's tests, run in a bounded subprocess (pass@1 of Chen et al. 2021).

Only where the operator has allowed it; else a person judges by eye. See `sandbox` for what is bounded and what is not.
"""

from __future__ import annotations

from playground.measuring import sandbox
from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind
from playground.measuring.metrics import Scoring

KINDS: frozenset[Kind] = frozenset({"code"})
BINARY = True
SLOW = True


def score(item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """1 or 0; `None` where programs may not or cannot run here. Blocks up to `sandbox.SECONDS`."""
    if not scoring.code_allowed:
        return None
    if extraction.value is None:
        return 0.0
    verdict = sandbox.check(extraction.value, item.tests, allowed=True)
    return None if verdict.reason == "unsupported" else float(verdict.passed)
