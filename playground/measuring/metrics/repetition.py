"""Repetition: the share of a text's 4-grams of words that stood in it before. From 0 to 1, lower is better.

rep-4 = 1 − different 4-grams / all 4-grams of a text, and the mean over texts (Welleck et al. 2020, "Neural text
generation with unlikelihood training"). A text of fewer than four words repeats nothing.
"""

from __future__ import annotations

from playground.measuring.metrics.distinct import distinct_share
from playground.measuring.reference import Measured, Plain, Traits, few, mean_measured
from playground.measuring.words import tokenize

TRAITS = Traits(needs="plain", better="lower")
_ORDER = 4


def measure(given: Plain) -> Measured:
    """The mean over texts."""
    shares = [distinct_share([tokenize(one)], _ORDER) for one in given.texts]
    each = [Measured(value=0.0 if share is None else 1 - share) for share in shares]
    return mean_measured(each, *few(len(each)))
