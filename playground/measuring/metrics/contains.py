"""Right if an accepted answer stands in the answer found as whole words, as in TriviaQA's looser reading.

It forgives "The capital is Ottawa." It also forgives an answer that names every city: look at the outputs.
"""

from __future__ import annotations

from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind
from playground.measuring.metrics import Scoring
from playground.measuring.words import normalise

KINDS: frozenset[Kind] = frozenset({"text"})
BINARY = True
SLOW = False


def score(item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """1 or 0."""
    found = f" {normalise(extraction.value or '')} "
    return float(any(f" {normalise(answer)} " in found for answer in item.answers if normalise(answer)))
