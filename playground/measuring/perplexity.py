"""How well a model foresees a text: cross-entropy, perplexity, bits per byte, in windows that slide over it.

The text is read in windows of `window` tokens, each beginning `stride` tokens after the one before; of each window only
the tokens that no earlier one has scored count, so that every token is scored once and most of them after at least
`window − stride` others. Source: "Perplexity of fixed-length models", documentation of transformers. With
`stride = window` the pieces have nothing in common, and the first tokens of each are guessed without what came before.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from providers.errors import InputError
from providers.types import ModelInfo
from providers.whitebox import ScoredToken, Token

WINDOW = 1024
"""Tokens of a window where nobody names another: what even old models read at once."""
_BYTE = re.compile("<0x([0-9A-F]{2})>")


def cross_entropy(logprobs: Sequence[float]) -> float:
    """Nats a token: the mean of the negated log-probabilities. From 0 (foreseen) upwards; less is better.

    Raises `InputError("empty")` where there are none.
    """
    if not logprobs:
        raise InputError("empty")
    return -math.fsum(logprobs) / len(logprobs)


def perplexity(logprobs: Sequence[float]) -> float:
    """exp(cross-entropy): among how many equally likely tokens it seemed to choose. From 1; less is better.

    Jelinek et al. 1977, "Perplexity: a measure of the difficulty of speech recognition tasks". Of models with different
    vocabularies it cannot be compared: their tokens are of different lengths. Raises `InputError("empty")`.
    """
    return math.exp(cross_entropy(logprobs))


def bits_per_byte(logprobs: Sequence[float], size: int) -> float:
    """Bits that it would take to write down a byte of the text, if the model's guesses were the code. Less is better.

    The sum of the negated log-probabilities in bits, divided by the bytes of what they are of: comparable between
    models whatever their vocabularies (Gao et al. 2020, "The Pile", section 3.1). Raises `InputError("empty")`.
    """
    if not logprobs or size < 1:
        raise InputError("empty")
    return -math.fsum(logprobs) / math.log(2) / size


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLikelihood:
    """A text as one model foresees it."""

    first: tuple[Token, ...]
    """What nothing stands before: a mark of the beginning, or the first token. It is not scored."""
    tokens: tuple[ScoredToken, ...]
    """Every other token of the text, in order."""
    bytes: int
    """Of the scored tokens, in UTF-8."""
    window: int
    stride: int

    @property
    def logprobs(self) -> tuple[float, ...]:
        return tuple(one.logprob for one in self.tokens)

    @property
    def cross_entropy(self) -> float:
        """Nats a token."""
        return cross_entropy(self.logprobs)

    @property
    def perplexity(self) -> float:
        return perplexity(self.logprobs)

    @property
    def bits_per_byte(self) -> float:
        return bits_per_byte(self.logprobs, self.bytes)


def window_for(model: ModelInfo, window: int | None = None) -> int:
    """The window that is used where `window` is wanted, or `WINDOW`: never more than the model reads at once."""
    return max(2, min(window or WINDOW, model.context or WINDOW))


class ScoresText(Protocol):
    """What a likelihood is worked out with: a `WhiteBox`, or its like."""

    async def encode(self, model: ModelInfo, text: str, *, begin: bool = False) -> tuple[Token, ...]: ...

    async def score(self, model: ModelInfo, ids: Sequence[int], alternatives: int = 0) -> tuple[ScoredToken, ...]: ...


async def text_likelihood(
    box: ScoresText,
    model: ModelInfo,
    text: str,
    *,
    window: int | None = None,
    stride: int | None = None,
    alternatives: int = 0,
) -> TextLikelihood:
    """Score a text of any length. `stride` is half the window where nobody names another.

    Raises `InputError("empty")` for a text of fewer than two tokens, `ValueError` for a stride beyond the window, and
    what `WhiteBox.score` raises.
    """
    size = window_for(model, window)
    step = stride or max(1, size // 2)
    if not 1 <= step <= size:
        raise ValueError("a stride from 1 to the window")
    tokens = await box.encode(model, text, begin=True)
    if len(tokens) < 2:
        raise InputError("empty")
    ids = [token.id for token in tokens]
    scored: list[ScoredToken] = []
    for start, end, new in windows(len(ids), size, step):
        found = await box.score(model, ids[start:end], alternatives)
        scored += found[-new:]
    begun = tokens[0].special
    left_out = 0 if begun else len(piece_bytes(tokens[0].piece))
    return TextLikelihood(
        first=tokens[:1],
        tokens=tuple(scored),
        bytes=max(1, len(text.encode()) - left_out),
        window=size,
        stride=step,
    )


def windows(length: int, window: int, stride: int) -> list[tuple[int, int, int]]:
    """Where each window begins and ends, and how many of its last tokens it scores: all but the very first, each once.

    Of a window's own first token nothing is known, so each overlaps the one before by a token at least.
    """
    found, scored = [], 1
    start = 0
    while scored < length:
        end = min(start + window, length)
        found.append((start, end, end - max(scored, start + 1)))
        scored = end
        start = min(start + stride, end - 1)
    return found


def piece_bytes(piece: str) -> bytes:
    """What a token stands for in a text, in UTF-8: `<0xF0>` is one byte."""
    whole, at = bytearray(), 0
    for byte in _BYTE.finditer(piece):
        whole += piece[at : byte.start()].encode()
        whole.append(int(byte[1], 16))
        at = byte.end()
    return bytes(whole + piece[at:].encode())
