"""How alike two texts are, from 0 to 1: by their words, and by their vectors."""

from __future__ import annotations

from playground.tabs.rag.lab.retrieval.terms import ContentTerms
from providers.embedding import EmbeddingInfo

READ = 0.5
"""What the cosine counts beside the words, where the embedding model reads the language well."""


def term_coverage(claim: ContentTerms, unit: ContentTerms) -> float:
    """The part of the claim's content that the unit has too, 0 to 1; names and numbers count twice."""
    whole = len(claim.words) + len(claim.names) + 2 * len(claim.numbers)
    if not whole:
        return 0.0
    numbers = sum(unit.has_number(one) for one in claim.numbers)
    return (len(claim.words & unit.words) + len(claim.names & unit.every) + 2 * numbers) / whole


def rescale_cosine(cosine: float, info: EmbeddingInfo) -> float:
    """The cosine on a scale on which texts that have nothing to do with one another are at 0."""
    return max(0.0, (cosine - info.baseline) / (1 - info.baseline))
