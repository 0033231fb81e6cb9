"""ROUGE-L: the longest common subsequence of words with a reference, as F1. Lin 2004; by rouge-score.

Its own tokenizer knows only the letters a–z and would cut Spanish words at their accents, so ours goes in its place.
Words are not reduced to stems.
"""

from __future__ import annotations

from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind
from playground.measuring.metrics import Scoring
from playground.measuring.words import tokenize

KINDS: frozenset[Kind] = frozenset({"summary", "translation"})
BINARY = False
SLOW = False


class _WordTokenizer:
    """What rouge-score asks of a tokenizer."""

    def tokenize(self, text: str) -> list[str]:
        return tokenize(text)


def score(item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """From 0 to 1, against the nearest reference."""
    from rouge_score.rouge_scorer import RougeScorer  # type: ignore[import-untyped]  # it ships none

    if not extraction.value:
        return 0.0
    scorer = RougeScorer(["rougeL"], tokenizer=_WordTokenizer())
    return float(scorer.score_multi(list(item.answers), extraction.value)["rougeL"].fmeasure)
