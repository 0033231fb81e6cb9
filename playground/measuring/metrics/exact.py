"""Right or wrong: the answer found is one of those accepted, as strings after normalisation, or as numbers.

Texts are normalised as in SQuAD (Rajpurkar et al. 2016): lower case, without punctuation, articles and doubled spaces;
accents stay, for in Spanish they tell words apart. A fraction without an end may be rounded: 0.33 is 1/3.

As reference metric (EM) the share of candidates that are right: from 0 to 1, higher is better.
"""

from __future__ import annotations

from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind
from playground.measuring.metrics import Scoring
from playground.measuring.numbers import same_number
from playground.measuring.reference import Measured, Texts, Traits, few, mean_measured
from playground.measuring.words import normalise

KINDS: frozenset[Kind] = frozenset({"number", "label", "choice", "text"})
BINARY = True
SLOW = False
TRAITS = Traits(needs="texts")


def score(item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """1 or 0."""
    if extraction.value is None:
        return 0.0
    return float(any(_same(extraction.value, answer) for answer in item.answers))


def _same(value: str, answer: str) -> bool:
    as_numbers = same_number(value, answer)
    return normalise(value) == normalise(answer) if as_numbers is None else as_numbers


def measure(given: Texts) -> Measured:
    """The share of candidates that are one of their references."""
    each = [
        Measured(value=float(any(_same(one, ref) for ref in several)))
        for one, several in zip(given.candidates, given.references, strict=True)
    ]
    return mean_measured(each, *few(len(each)))
