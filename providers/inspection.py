"""A local model taken apart: what it is made of, its vocabulary, and what happens in each of its layers.

Beside `whitebox`, which asks a model what comes next, this opens it: models that write text and models that make
vectors alike, as far as their weights are here for PyTorch.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from providers.base import Provider
from providers.embedding import EmbeddingInfo
from providers.errors import UnsupportedRequest
from providers.types import ModelInfo, Progress
from providers.whitebox import Token

InspectedModel = ModelInfo | EmbeddingInfo
Part = Literal["embeddings", "attention", "feed_forward", "norms", "head", "other"]
PARTS: tuple[Part, ...] = get_args(Part)
Kind = Literal["decoder", "encoder", "encoder_decoder"]
PositionKind = Literal["rotary", "absolute", "relative"]
Salience = Literal["gradient", "integrated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anatomy:
    """What a model's configuration and the headers of its files say. What they do not say is `None`."""

    kind: Kind
    architecture: str
    """The name of its class in transformers."""
    layers: int
    hidden: int
    """Numbers in the vector of a token."""
    heads: int
    kv_heads: int
    """Heads with keys and values of their own; fewer than `heads` where several share them."""
    head_size: int
    inner: int
    """Numbers in the middle of a feed-forward part."""
    gated: bool
    """Its feed-forward part multiplies two halves (SwiGLU and the like)."""
    activation: str | None
    norm: Literal["rms", "layer"] | None
    position: PositionKind | None
    rotary_base: float | None
    vocabulary: int
    context: int | None
    tied: bool
    """The head is the embeddings' table, used once more: counted once."""
    dtype: str
    """Of most numbers in the files."""
    parameters: Mapping[Part, int]
    disk: int
    """Bytes of the weights' files."""

    @property
    def total(self) -> int:
        """Parameters, each once."""
        return sum(self.parameters.values())

    def cache_per_token(self, size: int = 2) -> int:
        """Bytes of keys and values that a decoder keeps of each token, of `size` bytes a number."""
        return 2 * self.layers * self.kv_heads * self.head_size * size

    def flops_per_token(self, context: int = 0) -> int:
        """Operations (multiplications and additions) that one more token takes after `context` others.

        Kaplan et al. 2020, "Scaling Laws for Neural Language Models", section 2.1: two for each weight that takes part
        in a product, and for the attention two each for its scores and for its mixing, for each token before.
        """
        products = sum(self.parameters.get(part, 0) for part in ("attention", "feed_forward"))
        head = self.vocabulary * self.hidden if self.kind == "decoder" else 0
        return 2 * (products + head) + 4 * self.layers * self.heads * self.head_size * context


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """What is switched off: single heads, as (layer, head) from 0, whose output becomes 0; whole layers, which are
    passed by. Neither is replaced by a mean."""

    heads: frozenset[tuple[int, int]] = frozenset()
    layers: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.heads or self.layers)


NOTHING_OFF = Ablation()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerReading:
    """A text as every layer reads it, in 32-bit floating point."""

    attention: NDArray[np.float32]
    """Shape (layers, heads, tokens, tokens): how much each token (a row) takes from each (a column); rows sum to 1."""
    causal: bool
    """A token sees only those before it."""
    logprobs: NDArray[np.float32] | None = None
    """Of each token but the first, shape (tokens − 1,), in nats; `None` for a model that writes nothing."""
    logits: NDArray[np.float32] | None = None
    """Of what follows the text, shape (vocabulary,)."""
    vector: NDArray[np.float32] | None = None
    """Of an encoder: the mean of its last vectors, shape (hidden,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """How a model tells where a token stands, in its own numbers."""

    kind: PositionKind | None
    turns: NDArray[np.float32] | None = None
    """Rotary: radians by which each pair of a head's numbers turns from one token to the next, shape (pairs,)."""
    likeness: NDArray[np.float32] | None = None
    """Absolute: cosine between the learnt vectors of the first positions, shape (positions, positions)."""


@dataclass(frozen=True, slots=True)
class MergedPiece:
    """A piece of a text and how a byte-pair tokenizer puts it together: each step is a list of parts, the first one
    single bytes, the last one tokens."""

    text: str
    steps: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutText:
    """A text in a model's tokens; `rest` is what they say when they are put together again."""

    tokens: tuple[Token, ...]
    rest: str
    unknown: int = 0
    """Tokens that stand for something the vocabulary does not have."""


@runtime_checkable
class Inspector(Protocol):
    """One model, taken apart. All of it raises `WeightsUnavailable` where the model cannot be had.

    Only `prepare`, `read`, `states`, `input_embeddings`, `nearest`, `lens`, `salience` and `positions` load weights,
    once for all who ask.
    """

    info: InspectedModel

    @property
    def loaded(self) -> int | None:
        """Bytes that the model takes in memory, measured; `None` while it is not loaded."""
        ...

    def prepare(self) -> AsyncIterator[Progress]:
        """Fetch and load, telling how far it is."""
        ...

    async def anatomy(self) -> Anatomy | None:
        """`None` before its weights are here. Loads and fetches nothing. Raises `UnsupportedRequest("layers")`."""
        ...

    async def cut(self, text: str) -> CutText:
        """A text in tokens, with the marks that the model reads around it."""
        ...

    async def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Which characters of the text each token of `cut` stands for, from and to; (0, 0) for a mark around it.

        Nothing where the tokenizer does not say.
        """
        ...

    async def tokens(self, ids: Sequence[int]) -> tuple[Token, ...]:
        """What these ids stand for."""
        ...

    async def vocabulary(self) -> Sequence[Token]:
        """Every token, by its id."""
        ...

    async def merges(self, text: str) -> tuple[MergedPiece, ...]:
        """How each piece of a text is put together; nothing where the tokenizer merges no pairs."""
        ...

    async def read(self, ids: Sequence[int], ablation: Ablation = NOTHING_OFF) -> LayerReading:
        """One forward pass. Raises `InputError("empty")`, `ContextTooLong`, `UnsupportedRequest("layers")`."""
        ...

    async def states(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """The vector of each token after each layer, shape (layers, tokens, hidden). Raises as `read`."""
        ...

    async def input_embeddings(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Their lines of the table of input embeddings, shape (tokens, hidden). Raises `InputError("empty")`."""
        ...

    async def nearest(self, vector: NDArray[np.float32], most: int) -> tuple[tuple[Token, float], ...]:
        """The tokens whose lines of that table point most nearly the same way, with the cosine, best first."""
        ...

    async def lens(self, ids: Sequence[int], position: int) -> NDArray[np.float32]:
        """Logits of what follows `position`, after the embeddings and after each layer: (layers + 1, vocabulary).

        nostalgebraist 2020, "interpreting GPT: the logit lens": the last norm and the head, applied early. Raises
        `UnsupportedRequest("lens")` for a model that writes nothing.
        """
        ...

    async def salience(self, ids: Sequence[int], position: int, target: int, method: Salience) -> NDArray[np.float32]:
        """How much each token up to `position` speaks for `target` coming next, shape (tokens,).

        "gradient" is input × gradient (Shrikumar et al. 2016); "integrated" are integrated gradients (Sundararajan et
        al. 2017) from an embedding of zeros. Raises as `lens`.
        """
        ...

    async def positions(self) -> Positions:
        """How it tells where a token stands."""
        ...


@runtime_checkable
class Inspects(Protocol):
    """A provider whose models can be taken apart."""

    def inspector(self, info: InspectedModel) -> Inspector: ...


def inspect(provider: Provider, info: InspectedModel) -> Inspector:
    """The model, to be taken apart. Raises `UnsupportedRequest("layers")` where the provider does not let it."""
    if not isinstance(provider, Inspects):
        raise UnsupportedRequest("layers", model=info.name)
    return provider.inspector(info)
