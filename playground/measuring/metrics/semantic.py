"""Semantic similarity: the cosine between a candidate's vector and its nearest reference's, by an embedding model.

cos(a, b) = a · b / (|a| · |b|). Reimers and Gurevych 2019, "Sentence-BERT". From −1 to 1, in practice from 0 to 1;
higher is better. It finds a paraphrase that shares no word, and it hardly sees a "not", a wrong number or a wrong name.
"""

from __future__ import annotations

import numpy as np

from playground.measuring.reference import Measured, Traits, Vectors, few, mean_measured

TRAITS = Traits(needs="vectors", low=-1.0)


def measure(given: Vectors) -> Measured:
    """The mean over items; a vector of zeros is like nothing."""
    each = []
    for one, several in zip(given.candidates, given.references, strict=True):
        lengths = np.linalg.norm(several, axis=1) * np.linalg.norm(one)
        cosines = several @ one / np.where(lengths > 0, lengths, 1.0)
        each.append(Measured(value=float(cosines.max())))
    return mean_measured(each, *few(len(each)))
