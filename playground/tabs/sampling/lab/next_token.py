"""The choice at one place of a text: the model's own probabilities, and what the sliders make of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from providers.decoding import Vector, distribution, entropy, softmax
from providers.errors import InputError, StreamTruncated
from providers.sampling import with_effect
from providers.types import ModelInfo, Sampling
from providers.whitebox import Token, WhiteBox

TEMPERATURES = (0.3, 0.7, 1.0, 1.5)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text: the ids before it, and the logits, shape (vocabulary,), of what follows.

    The first `prompt` ids are the prompt, the others the reply so far: frequency and presence penalty see these alone.
    """

    ids: tuple[int, ...]
    logits: Vector = field(repr=False)
    prompt: int

    def distribution(self, sampling: Sampling) -> Vector:
        """The probabilities, shape (vocabulary,), that the next token is drawn from."""
        return distribution(self.logits, sampling, self.ids[: self.prompt], self.ids[self.prompt :])


@dataclass(frozen=True, slots=True)
class TokenCandidate:
    """One token that could follow. `logit` and `probability` are the model's own, `reshaped` is after the sliders."""

    token: str
    """Its piece as the vocabulary has it; `visible` makes it readable."""
    id: int
    logit: float
    probability: float
    reshaped: float
    kept: bool
    """It can still be drawn."""
    uncut: float = 0.0
    """After penalties and temperature, before anything is cut: `reshaped` is this over what is left of all."""


@dataclass(frozen=True, slots=True)
class NextToken:
    """Entropies in nats, of the model's own distribution and of the reshaped one."""

    rows: tuple[TokenCandidate, ...]
    """By the model's own probability, best first."""
    entropy: float
    reshaped_entropy: float
    survivors: int
    """Tokens that can still be drawn, of the whole vocabulary."""
    cut_mass: float
    """Of the distribution after penalties and temperature, the share held by tokens that the cuts (top-k, top-p, min-p,
    typical-p) removed. 0 at temperature 0, where a single token is left before any cut."""
    vocabulary: int


@dataclass(frozen=True, slots=True)
class RankedToken:
    """A token that was asked for, wherever in the vocabulary it stands: 1 is the likeliest."""

    row: TokenCandidate
    rank: int


@dataclass(frozen=True, slots=True)
class Small:
    """The same tokens at another temperature."""

    temperature: float
    rows: tuple[TokenCandidate, ...]


async def look(box: WhiteBox, model: ModelInfo, ids: Sequence[int], prompt: int | None = None) -> Position:
    """One forward pass; `prompt` says how many of the ids are the prompt, by default all.

    Raises `InputError("empty")` without ids, and what `WhiteBox.next_token_logits` raises.
    """
    if not ids:
        raise InputError("empty")
    logits = await box.next_token_logits(model, ids)
    if not np.isfinite(np.max(logits)):  # NaN, or nothing that could follow
        raise StreamTruncated("malformed", provider=model.provider)
    return Position(tuple(ids), logits, len(ids) if prompt is None else prompt)


async def next_tokens(
    box: WhiteBox, model: ModelInfo, position: Position, sampling: Sampling, k: int = 25
) -> NextToken:
    """The k likeliest tokens under the sliders. No forward pass: the logits are in `position`."""
    best = likeliest(position.logits, k)
    tokens = await box.tokens(model, best)
    own = softmax(position.logits)
    reshaped = position.distribution(sampling)
    uncut = position.distribution(_without_cuts(sampling))
    return NextToken(
        rows=_rows(position.logits, (own, reshaped, uncut), tokens),
        entropy=entropy(own),
        reshaped_entropy=entropy(reshaped),
        survivors=int(np.count_nonzero(reshaped)),
        cut_mass=min(1.0, float(np.sum(uncut[reshaped == 0]))),
        vocabulary=position.logits.size,
    )


async def look_up(
    box: WhiteBox, model: ModelInfo, position: Position, sampling: Sampling, text: str
) -> tuple[RankedToken, ...]:
    """The first token of `text` as it stands, and with a blank before it where that is another one. No forward pass.

    Raises `InputError("empty")` for a text without a token.
    """
    written = [text] if text[:1].isspace() else [text, f" {text}"]
    encoded = [await box.encode(model, one) for one in written]
    first = list(dict.fromkeys(tokens[0].id for tokens in encoded if tokens))
    if not first:
        raise InputError("empty")
    own, uncut = softmax(position.logits), position.distribution(_without_cuts(sampling))
    rows = _rows(position.logits, (own, position.distribution(sampling), uncut), await box.tokens(model, first))
    return tuple(RankedToken(row, 1 + int(np.count_nonzero(position.logits > row.logit))) for row in rows)


def small_multiples(
    position: Position, rows: Sequence[TokenCandidate], sampling: Sampling, temperatures: Sequence[float] = TEMPERATURES
) -> tuple[Small, ...]:
    """The tokens of `rows` at several temperatures, everything else as in `sampling`."""
    tokens = [Token(row.id, row.token) for row in rows]
    own = softmax(position.logits)
    settings = [replace(sampling, temperature=temperature) for temperature in temperatures]
    shown = [(own, position.distribution(one), position.distribution(_without_cuts(one))) for one in settings]
    return tuple(
        Small(temperature, _rows(position.logits, found, tokens))
        for temperature, found in zip(temperatures, shown, strict=True)
    )


def likeliest(logits: Vector, k: int) -> list[int]:
    """The ids of the k greatest logits, greatest first; of equal ones the smaller id first."""
    k = max(1, min(k, logits.size))
    smallest = np.partition(logits, -k)[-k]
    candidates: NDArray[np.intp] = np.flatnonzero(logits >= smallest)
    order = np.lexsort((candidates, -logits[candidates]))
    return [int(token) for token in candidates[order][:k]]


def _without_cuts(sampling: Sampling) -> Sampling:
    return sampling.without(*with_effect("cuts"))


def _rows(logits: Vector, found: tuple[Vector, Vector, Vector], tokens: Sequence[Token]) -> tuple[TokenCandidate, ...]:
    """`found`: the model's own probabilities, those after the sliders, and those before the cuts."""
    own, reshaped, uncut = found
    return tuple(
        TokenCandidate(
            token=token.piece,
            id=token.id,
            logit=float(logits[token.id]),
            probability=float(own[token.id]),
            reshaped=float(reshaped[token.id]),
            kept=bool(reshaped[token.id] > 0),
            uncut=float(uncut[token.id]),
        )
        for token in tokens
    )
