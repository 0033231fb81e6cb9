"""Perplexity: among how many equally likely tokens a model seemed to choose at each place. From 1; lower is better.

PPL = exp(−1/N · Σ ln p(token | what stands before it)). Jelinek et al. 1977. Of models with different vocabularies it
cannot be compared: see `bits_per_byte`. Long texts are read in windows that slide: `playground.measuring.perplexity`.
"""

from __future__ import annotations

from playground.measuring.perplexity import perplexity
from playground.measuring.reference import Likelihoods, Measured, Traits, few

TRAITS = Traits(needs="likelihoods", low=1.0, high=None, better="lower")


def measure(given: Likelihoods) -> Measured:
    """Of all tokens together; `items` has each text's own."""
    each = tuple(perplexity(one) for one in given.logprobs)
    parts = {"tokens": float(len(given.every)), "window": float(given.window), "stride": float(given.stride)}
    return Measured(value=perplexity(given.every), parts=parts, items=each, notes=few(len(each)))
