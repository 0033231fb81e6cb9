"""A sentence in the layers of a model: who looks at whom, what each layer would say, what is lost without a head."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from playground.tabs.models.lab.errors import LayersError, LayersLimit
from providers.decoding import entropy, likeliest, softmax
from providers.inspection import Ablation, InspectedModel, Inspector, LayerReading, Positions, Salience
from providers.whitebox import Token

MOST = 64
"""Tokens whose attention is drawn: 30 layers of 9 heads are half a million numbers already."""
LEAD = 5
"""Candidates of a layer."""
NEXT = 8
"""Next tokens that are compared with and without a part of the model."""
Candidates = tuple[tuple[Token, float], ...]
"""Tokens and their probabilities, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSentence:
    """A sentence as a model's layers read it."""

    info: InspectedModel
    text: str
    tokens: tuple[Token, ...]
    reading: LayerReading
    positions: Positions
    unknown: int = 0

    @property
    def ids(self) -> list[int]:
        return [token.id for token in self.tokens]

    def lighter(self) -> ReadSentence:
        """To be kept: without the weights of its attention, of which only (layers, heads) are needed again."""
        return replace(self, reading=replace(self.reading, attention=self.reading.attention[..., :0, :0].copy()))

    @property
    def writes(self) -> bool:
        """It has a next token."""
        return self.reading.logits is not None


async def read_sentence(inspector: Inspector, text: str, most: int = MOST) -> ReadSentence:
    """One forward pass. Raises `LayersLimit("layer_tokens")` beyond `most` tokens, and what `Inspector.read` raises."""
    cut = await inspector.cut(text)
    if len(cut.tokens) > most:
        raise LayersLimit("layer_tokens", limit=most, tokens=len(cut.tokens))
    reading = await inspector.read([token.id for token in cut.tokens])
    return ReadSentence(
        info=inspector.info,
        text=text,
        tokens=cut.tokens,
        reading=reading,
        positions=await inspector.positions(),
        unknown=cut.unknown,
    )


def packed_attention(reading: LayerReading) -> str:
    """All layers and heads in base64, a byte a weight (0 to 255 for 0 to 1), row after row; of a causal model only what
    a token can see: its row up to itself."""
    levels = np.rint(np.clip(reading.attention, 0, 1) * 255).astype(np.uint8)
    if reading.causal:
        rows, columns = np.tril_indices(levels.shape[-1])
        levels = levels[:, :, rows, columns]
    return base64.b64encode(np.ascontiguousarray(levels).tobytes()).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class LensRow:
    """What would come next if the model ended after `layer` layers; 0 is the embedding alone."""

    layer: int
    lead: Candidates
    entropy: float
    """Nats."""
    rank: int
    """Of the token that the whole model finds likeliest: 1 where this layer agrees."""


async def lens_rows(inspector: Inspector, read: ReadSentence, position: int) -> tuple[LensRow, ...]:
    """The logit lens at a token of the sentence. Raises `LayersError("layer_place")`, and as `Inspector.lens`."""
    _check_position(read, position)
    logits = (await inspector.lens(read.ids, position)).astype(np.float64)
    last = int(np.argmax(logits[-1]))
    rows = []
    for layer, row in enumerate(logits):
        chances = softmax(row)
        rank = int(np.sum(row > row[last])) + 1
        lead = await _candidates(inspector, chances, LEAD)
        rows.append(LensRow(layer=layer, lead=lead, entropy=entropy(chances), rank=rank))
    return tuple(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A model with a part of it switched off, beside the whole one."""

    ablation: Ablation
    nll: tuple[float, float] | None = None
    """Nats a token of the sentence, before and after; `None` for a model that writes nothing, or a single token."""
    lead: tuple[Candidates, Candidates] | None = None
    """The likeliest next tokens, before and after."""
    likeness: float | None = None
    """Of an encoder: cosine of the sentence's two vectors."""


async def ablate(inspector: Inspector, read: ReadSentence, ablation: Ablation) -> Effect:
    """Read the sentence again without these heads and layers. Raises `LayersError("layer_place")`."""
    layers, heads = read.reading.attention.shape[:2]
    if not all(0 <= layer < layers and 0 <= head < heads for layer, head in ablation.heads) or not all(
        0 <= layer < layers for layer in ablation.layers
    ):
        raise LayersError("layer_place")
    after = await inspector.read(read.ids, ablation)
    before = read.reading
    if before.vector is not None and after.vector is not None:
        return Effect(ablation=ablation, likeness=_cosine(before.vector, after.vector))
    if before.logits is None or after.logits is None:
        return Effect(ablation=ablation)
    lead = tuple([await _candidates(inspector, softmax(_exact(one)), NEXT) for one in (before.logits, after.logits)])
    nll = None
    if before.logprobs is not None and after.logprobs is not None and before.logprobs.size:
        nll = (-float(before.logprobs.mean()), -float(after.logprobs.mean()))
    return Effect(ablation=ablation, nll=nll, lead=(lead[0], lead[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class SalientTokens:
    """How much each token speaks for (positive) or against what comes next."""

    method: Salience
    position: int
    target: Token
    chance: float
    values: tuple[float, ...]
    """A number a token up to `position`; in the unit of logits for "integrated"."""


async def salient(inspector: Inspector, read: ReadSentence, position: int, method: Salience) -> SalientTokens:
    """Of the likeliest token after `position`. Raises as `lens_rows`."""
    _check_position(read, position)
    row = (await inspector.lens(read.ids, position))[-1]
    chances = softmax(_exact(row))
    best = int(np.argmax(chances))
    values = await inspector.salience(read.ids, position, best, method)
    (target,) = await inspector.tokens([best])
    return SalientTokens(
        method=method, position=position, target=target, chance=float(chances[best]), values=tuple(values.tolist())
    )


def turn_lengths(turns: NDArray[np.float32]) -> tuple[float, float]:
    """Tokens that the fastest and the slowest pair of a head's numbers take for a whole turn."""
    return (2 * math.pi / float(turns.max()), 2 * math.pi / float(turns.min()))


def nearness(turns: NDArray[np.float32], distances: Sequence[int]) -> list[float]:
    """The product of a vector with itself so many tokens on, by its positions alone: mean cosine of the angles, 1 at 0.

    Su et al. 2021, "RoFormer", section 3.4.3: for equal parts in every pair it falls off with distance.
    """
    return [float(np.cos(turns * distance).mean()) for distance in distances]


async def _candidates(inspector: Inspector, chances: NDArray[np.float64], count: int) -> Candidates:
    best = likeliest(chances, count)
    tokens = await inspector.tokens(best.tolist())
    return tuple(zip(tokens, chances[best].tolist(), strict=True))


def _check_position(read: ReadSentence, position: int) -> None:
    if not 0 <= position < len(read.tokens):
        raise LayersError("layer_place")


def _exact(values: NDArray[np.float32]) -> NDArray[np.float64]:
    return values.astype(np.float64)


def _cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
