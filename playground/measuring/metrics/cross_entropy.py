"""Cross-entropy: how surprised a model is by a token of a text, on average, in nats. From 0; lower is better.

H = −1/N · Σ ln p(token | what stands before it); perplexity is exp(H). Shannon 1948. It is the loss that language
models are trained on.
"""

from __future__ import annotations

from playground.measuring.perplexity import cross_entropy
from playground.measuring.reference import Likelihoods, Measured, Traits, few

TRAITS = Traits(needs="likelihoods", high=None, better="lower")


def measure(given: Likelihoods) -> Measured:
    """Of all tokens together; `items` has each text's own."""
    each = tuple(cross_entropy(one) for one in given.logprobs)
    return Measured(value=cross_entropy(given.every), items=each, notes=few(len(each)))
