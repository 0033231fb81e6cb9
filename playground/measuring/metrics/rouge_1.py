"""ROUGE-1: words that a candidate shares with a reference, as F1. Lin 2004; by rouge-score, with our tokenizer.

P = shared words / words of the candidate, R = shared words / words of the reference, each word counted at most as often
as it stands there; F1 = 2 · P · R / (P + R), against the nearest reference. From 0 to 1, higher is better.
"""

from __future__ import annotations

from playground.measuring.metrics.rouge import measure_rouge
from playground.measuring.reference import Measured, Texts, Traits

TRAITS = Traits(needs="texts")


def measure(given: Texts) -> Measured:
    """The mean of each item's F1."""
    return measure_rouge(given, "rouge1")
