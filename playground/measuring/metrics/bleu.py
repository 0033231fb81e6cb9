"""BLEU: how many word n-grams up to length 4 an answer shares with its references. Papineni et al. 2002; by sacrebleu.

Made for whole corpora: of a sentence it is a rough number (exponential smoothing, only the n-gram orders that the
sentence is long enough for), and the mean over sentences is not the corpus's BLEU.
"""

from __future__ import annotations

from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind
from playground.measuring.metrics import Scoring

KINDS: frozenset[Kind] = frozenset({"translation"})
BINARY = False
SLOW = False


def score(item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """From 0 to 1."""
    from sacrebleu import sentence_bleu

    if not extraction.value:
        return 0.0
    return min(1.0, float(sentence_bleu(extraction.value, list(item.answers)).score) / 100)
