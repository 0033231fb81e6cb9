"""Token F1: how many words an answer and a reference have in common, as in SQuAD (Rajpurkar et al. 2016).

P = shared words / words of the answer, R = shared words / words of the reference, F1 = 2 · P · R / (P + R), of the
nearest reference, after the normalisation of `exact`. From 0 to 1, higher is better.
"""

from __future__ import annotations

from collections import Counter

from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind
from playground.measuring.metrics import Scoring
from playground.measuring.reference import Measured, Texts, Traits, few, mean_measured
from playground.measuring.words import normalise

KINDS: frozenset[Kind] = frozenset({"text"})
BINARY = False
SLOW = False
TRAITS = Traits(needs="texts")


def score(item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """From 0 to 1."""
    if not extraction.value:
        return 0.0
    return max(_token_scores(extraction.value, answer)[2] for answer in item.answers)


def measure(given: Texts) -> Measured:
    """The mean over items, with precision and recall."""
    each = []
    for one, several in zip(given.candidates, given.references, strict=True):
        precision, recall, f1 = max((_token_scores(one, ref) for ref in several), key=lambda found: found[2])
        each.append(Measured(value=f1, parts={"precision": precision, "recall": recall}))
    return mean_measured(each, *few(len(each)))


def _token_scores(answer: str, reference: str) -> tuple[float, float, float]:
    """Precision, recall and F1. Two texts without a word are alike, as in SQuAD 2.0."""
    mine, theirs = normalise(answer).split(), normalise(reference).split()
    if not mine or not theirs:
        same = float(mine == theirs)
        return same, same, same
    common = (Counter(mine) & Counter(theirs)).total()
    precision, recall = common / len(mine), common / len(theirs)
    return precision, recall, 2 * precision * recall / (precision + recall) if common else 0.0
