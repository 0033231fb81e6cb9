"""Bits per byte: bits to write down a byte of a text, if a model's guesses were the code. From 0; lower is better.

BPB = −Σ log₂ p(token | what stands before it) / bytes of the text in UTF-8. Comparable between models whatever their
vocabularies (Gao et al. 2020, "The Pile", section 3.1).
"""

from __future__ import annotations

from playground.measuring.perplexity import bits_per_byte
from playground.measuring.reference import Likelihoods, Measured, Traits, few

TRAITS = Traits(needs="likelihoods", high=None, better="lower")


def measure(given: Likelihoods) -> Measured:
    """Of all texts together; `items` has each text's own."""
    each = tuple(bits_per_byte(one, size) for one, size in zip(given.logprobs, given.sizes, strict=True))
    value = bits_per_byte(given.every, sum(given.sizes))
    return Measured(value=value, parts={"bytes": float(sum(given.sizes))}, items=each, notes=few(len(each)))
