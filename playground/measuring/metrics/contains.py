"""Right if an accepted answer stands in the answer found as whole words, as in TriviaQA's looser reading.

It forgives "The capital is Ottawa.", but not "It is not Ottawa". It also forgives an answer that names every city: look
at the outputs.
"""

from __future__ import annotations

import re

from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind
from playground.measuring.metrics import Scoring
from playground.measuring.negation import denied_before
from playground.measuring.words import normalise

KINDS: frozenset[Kind] = frozenset({"text"})
BINARY = True
SLOW = False


def score(item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """1 or 0."""
    value = extraction.value or ""
    found = f" {normalise(value)} "
    named = [answer for answer in item.answers if normalise(answer) and f" {normalise(answer)} " in found]
    return float(any(not _is_denied(value, answer) for answer in named))


def _is_denied(value: str, answer: str) -> bool:
    """Wherever the answer stands in this value as it is written, it is denied there."""
    words = re.compile(r"\W+".join(map(re.escape, normalise(answer).split())), re.IGNORECASE)
    places = [one.start() for one in words.finditer(value)]
    return bool(places) and all(denied_before(value, place) for place in places)
