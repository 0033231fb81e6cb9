"""chrF: how many character n-grams an answer shares with its references. Popović 2015; by sacrebleu, with β = 2."""

from __future__ import annotations

from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind
from playground.measuring.metrics import Scoring

KINDS: frozenset[Kind] = frozenset({"translation", "summary", "text"})
BINARY = False
SLOW = False


def score(item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """From 0 to 1, against the nearest reference."""
    from sacrebleu import sentence_chrf

    if not extraction.value:
        return 0.0
    return float(sentence_chrf(extraction.value, list(item.answers)).score) / 100
