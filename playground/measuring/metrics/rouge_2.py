"""ROUGE-2: pairs of neighbouring words that a candidate shares with a reference, as F1. Lin 2004; by rouge-score.

As ROUGE-1, with pairs of words in the place of words: from 0 to 1, higher is better. A text of one word has no pair.
"""

from __future__ import annotations

from playground.measuring.metrics.rouge import measure_rouge
from playground.measuring.reference import Measured, Texts, Traits

TRAITS = Traits(needs="texts")


def measure(given: Texts) -> Measured:
    """The mean of each item's F1."""
    return measure_rouge(given, "rouge2")
