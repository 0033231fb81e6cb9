"""BLEU: how many word n-grams up to length 4 an answer shares with its references. Papineni et al. 2002; by sacrebleu.

Made for whole corpora: of a sentence it is a rough number (exponential smoothing, only the n-gram orders that the
sentence is long enough for), and the mean over sentences is not the corpus's BLEU.

BLEU = BP · exp(¼ Σ ln pₙ), n from 1 to 4: pₙ is the share of the candidates' n-grams that stand in a reference, each
counted at most as often as there; BP = exp(1 − r/c) where the candidates (c words) are shorter than the references
nearest in length (r), else 1. As reference metric from 0 to 100, higher is better.
"""

from __future__ import annotations

from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind
from playground.measuring.metrics import Scoring
from playground.measuring.reference import Measured, Texts, Traits, few

KINDS: frozenset[Kind] = frozenset({"translation"})
BINARY = False
SLOW = False
TRAITS = Traits(needs="texts", high=100.0)


def score(item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """From 0 to 1."""
    from sacrebleu import sentence_bleu

    if not extraction.value:
        return 0.0
    return min(1.0, float(sentence_bleu(extraction.value, list(item.answers)).score) / 100)


def measure(given: Texts) -> Measured:
    """The corpus's BLEU, its parts, and each sentence's own. Items may have unequal numbers of references."""
    from sacrebleu import sentence_bleu
    from sacrebleu.metrics.bleu import BLEU

    found = BLEU(effective_order=len(given.candidates) == 1).corpus_score(list(given.candidates), streams(given))
    each = [
        float(sentence_bleu(one, [ref for ref in several if ref.strip()]).score)
        for one, several in zip(given.candidates, given.references, strict=True)
    ]
    parts = {f"precision_{order}": float(value) for order, value in enumerate(found.precisions, start=1)}
    parts |= {"brevity": float(found.bp), "length": float(found.sys_len), "reference_length": float(found.ref_len)}
    return Measured(value=float(found.score), parts=parts, items=tuple(each), notes=few(len(each)))


def streams(given: Texts) -> list[list[str]]:
    """References as sacrebleu wants them: a list for each first, second, … reference; "" is a gap."""
    most = max(len(several) for several in given.references)
    return [[several[place] if place < len(several) else "" for several in given.references] for place in range(most)]
