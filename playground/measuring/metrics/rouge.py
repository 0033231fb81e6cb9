"""ROUGE-L: the longest common subsequence of words with a reference, as F1. Lin 2004; by rouge-score.

Its own tokenizer knows only the letters a–z and would cut Spanish words at their accents, so ours goes in its place.
Words are not reduced to stems.

With l the length of that subsequence, P = l / words of the candidate, R = l / words of the reference,
F1 = 2 · P · R / (P + R): from 0 to 1, higher is better.
"""

from __future__ import annotations

from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind
from playground.measuring.metrics import Scoring
from playground.measuring.reference import Measured, Texts, Traits, few, mean_measured
from playground.measuring.words import tokenize

KINDS: frozenset[Kind] = frozenset({"summary", "translation"})
BINARY = False
SLOW = False
TRAITS = Traits(needs="texts")


class WordTokenizer:
    """What rouge-score asks of a tokenizer."""

    def tokenize(self, text: str) -> list[str]:
        return tokenize(text)


def score(item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """From 0 to 1, against the nearest reference."""
    from rouge_score.rouge_scorer import RougeScorer  # type: ignore[import-untyped]  # it ships none

    if not extraction.value:
        return 0.0
    scorer = RougeScorer(["rougeL"], tokenizer=WordTokenizer())
    return float(scorer.score_multi(list(item.answers), extraction.value)["rougeL"].fmeasure)


def measure(given: Texts) -> Measured:
    """The mean of each item's F1 against its nearest reference."""
    return measure_rouge(given, "rougeL")


def measure_rouge(given: Texts, kind: str) -> Measured:
    """Of ROUGE-1, -2 or -L, by rouge-score's names."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer, each = RougeScorer([kind], tokenizer=WordTokenizer()), list[Measured]()
    for one, several in zip(given.candidates, given.references, strict=True):
        best = scorer.score_multi([ref for ref in several if ref.strip()], one)[kind]
        parts = {"precision": float(best.precision), "recall": float(best.recall)}
        each.append(Measured(value=float(best.fmeasure), parts=parts))
    return mean_measured(each, *few(len(each)))
