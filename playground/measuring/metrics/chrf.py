"""chrF: how many character n-grams an answer shares with its references. Popović 2015; by sacrebleu, with β = 2.

chrF = (1 + β²) · P · R / (β² · P + R): P and R are the means, over n from 1 to 6, of the shares of the candidate's and
of the reference's n-grams of characters that they have in common; spaces do not count. As reference metric from 0 to
100, higher is better.
"""

from __future__ import annotations

from collections import Counter
from statistics import mean

from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind
from playground.measuring.metrics import Scoring
from playground.measuring.metrics.bleu import streams
from playground.measuring.reference import Measured, Texts, Traits, few

KINDS: frozenset[Kind] = frozenset({"translation", "summary", "text"})
BINARY = False
SLOW = False
TRAITS = Traits(needs="texts", high=100.0)
_ORDERS = 6


def score(item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """From 0 to 1, against the nearest reference."""
    from sacrebleu import sentence_chrf

    if not extraction.value:
        return 0.0
    return float(sentence_chrf(extraction.value, list(item.answers)).score) / 100


def measure(given: Texts) -> Measured:
    """The corpus's chrF, precision and recall of the nearest references, and each sentence's own score."""
    from sacrebleu import sentence_chrf
    from sacrebleu.metrics.chrf import CHRF

    found = CHRF().corpus_score(list(given.candidates), streams(given))
    each, parts = list[float](), list[tuple[float, float]]()
    for one, several in zip(given.candidates, given.references, strict=True):
        usable = [ref for ref in several if ref.strip()]
        scores = [float(sentence_chrf(one, [ref]).score) for ref in usable]
        each.append(max(scores))
        parts.append(_shares(one, usable[scores.index(max(scores))]))
    said = {"precision": mean(one for one, _ in parts), "recall": mean(one for _, one in parts)}
    return Measured(value=float(found.score), parts=said, items=tuple(each), notes=few(len(each)))


def _shares(candidate: str, reference: str) -> tuple[float, float]:
    """Precision and recall, in per cent, as means over the orders that both are long enough for."""
    one, other = "".join(candidate.split()), "".join(reference.split())
    pairs = []
    for order in range(1, _ORDERS + 1):
        mine, theirs = _grams(one, order), _grams(other, order)
        if mine and theirs:
            common = (mine & theirs).total()
            pairs.append((common / mine.total(), common / theirs.total()))
    if not pairs:
        return 0.0, 0.0
    return 100 * mean(one for one, _ in pairs), 100 * mean(one for _, one in pairs)


def _grams(text: str, order: int) -> Counter[str]:
    return Counter(text[start : start + order] for start in range(len(text) - order + 1))
