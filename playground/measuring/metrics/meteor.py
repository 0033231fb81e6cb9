"""METEOR: words matched as they stand, then by stem, then by meaning, and how much in one piece. By nltk.

Lavie and Agarwal 2007. With m matched words, P = m / words of the candidate, R = m / words of the reference,
F = P · R / (0.9 · P + 0.1 · R), and c the number of unbroken pieces that the matches form:
METEOR = F · (1 − 0.5 · (c / m)³), against the nearest reference. From 0 to 1, higher is better; a candidate that is its
own reference stays a little below 1, for its one piece counts.

Words of the same meaning come from WordNet, in English alone and only where its files are installed: nothing is
fetched, and `notes` say which matches were possible. Stems are Porter's in English, Snowball's in Spanish. As in nltk,
meanings are looked up of what is left after stemming, by its stem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from playground.measuring.reference import Measured, Texts, Traits, few, mean_measured
from playground.measuring.wordnet import State, WordNetSynonyms, synonyms
from playground.measuring.words import tokenize

if TYPE_CHECKING:
    from nltk.stem.api import StemmerI

TRAITS = Traits(needs="texts")
_NOTES: Mapping[State, str] = {
    "used": "meteor_with_meaning",
    "absent": "meteor_without_meaning",
    "damaged": "meteor_damaged_meaning",
}


def measure(given: Texts) -> Measured:
    """The mean over items. `parts`: precision, recall, pieces, the words matched as they stand, by stem, by meaning."""
    wordnet = synonyms(given.language)
    stemmer = _stemmer(given.language)
    each = []
    for one, several in zip(given.candidates, given.references, strict=True):
        tried = [meteor_of(tokenize(one), tokenize(ref), stemmer, wordnet) for ref in several if ref.strip()]
        each.append(max(tried, key=lambda found: found.value or 0.0))
    return mean_measured(each, _NOTES[wordnet.state], *few(len(each)))


def meteor_of(
    candidate: Sequence[str], reference: Sequence[str], stemmer: StemmerI, wordnet: WordNetSynonyms
) -> Measured:
    """Of one candidate against one reference, both as words."""
    from nltk.translate.meteor_score import align_words, exact_match, single_meteor_score, stem_match

    value = float(single_meteor_score(reference, candidate, stemmer=stemmer, wordnet=wordnet))
    exact, left, right = exact_match(candidate, reference)
    by_stem, _, _ = stem_match([word for _, word in left], [word for _, word in right], stemmer)
    matches, _, _ = align_words(candidate, reference, stemmer=stemmer, wordnet=wordnet)
    count = len(matches)
    parts = {
        "precision": count / len(candidate) if candidate else 0.0,
        "recall": count / len(reference) if reference else 0.0,
        "pieces": float(_pieces(sorted(matches))),
        "as_they_stand": float(len(exact)),
        "by_stem": float(len(by_stem)),
        "by_meaning": float(count - len(exact) - len(by_stem)),
    }
    return Measured(value=value, parts=parts)


def _pieces(matches: Sequence[tuple[int, int]]) -> int:
    """Runs of matches that follow one another in both texts."""
    follows = sum(later == (earlier[0] + 1, earlier[1] + 1) for earlier, later in pairwise(matches))
    return len(matches) - follows


def _stemmer(language: str) -> StemmerI:
    from nltk.stem import PorterStemmer, SnowballStemmer

    return SnowballStemmer("spanish") if language == "es" else PorterStemmer()
