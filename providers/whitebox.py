"""What a model shows that runs on this computer: its tokens, and the logits behind each choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from providers.base import Provider
from providers.decoding import Vector
from providers.errors import UnsupportedRequest
from providers.types import Message, ModelInfo


@dataclass(frozen=True, slots=True)
class Token:
    """One entry of a vocabulary. `piece` keeps its leading space; a part of a character reads `<0xF0>`."""

    id: int
    piece: str
    special: bool = False
    """A mark of the model's own, such as the end of a turn; never what a visitor wrote."""


@dataclass(frozen=True, slots=True)
class ScoredToken:
    """A token of a text and the model's own log-probability of it, in nats; the likeliest ones, best first."""

    token: Token
    logprob: float
    rank: int | None
    """1 where it was the likeliest; `None` where nobody tells."""
    alternatives: tuple[tuple[Token, float], ...] = ()


Comparison = Literal["done", "later", "none"]
"""Whether what answers was compared with the reference: it was, or need not be; it is once the model is looked into; it
cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantSpeed:
    """Tokens a second on this computer: of one reply, of eight at once together, and of a prompt that is read."""

    one: float
    eight: float
    prompt: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What is known of a local model and of how it runs here. What nobody could verify is `None`."""

    model: ModelInfo
    engine: str | None
    """The variant that answers ordinary requests, as `engine-format`; `None` before its weights are here."""
    nll: Mapping[str, float] = field(default_factory=dict)
    """Mean negative log-likelihood, in nats a token, of a short fixed text in English and Spanish, by variant;
    "reference" is transformers in 32-bit floating point. See `huggingface.weights.fidelity`."""
    bits: Mapping[str, float] = field(default_factory=dict)
    """Bits per byte of a fixed text, by the text's language: measured here, none before that."""
    speeds: Mapping[str, VariantSpeed] = field(default_factory=dict)
    """By variant, where there are several that could answer: who answers is chosen by them."""
    resident: tuple[str, ...] = ()
    """Variants that are in memory now."""
    refused: tuple[str, ...] = ()
    """Variants that are not used because they stray more than 1 % from the reference, or do not run here."""
    comparison: Comparison = "done"
    inside: bool = True
    """Its logits can be had, as far as is known before its weights are here."""


@runtime_checkable
class WhiteBox(Protocol):
    """A provider whose models can be looked into. All of it raises what `Provider.stream` raises.

    Token ids are those of the model's vocabulary; nothing is added to what is given (no mark of a beginning).
    """

    async def encode(self, model: ModelInfo, text: str, *, begin: bool = False) -> tuple[Token, ...]:
        """A text as it stands: never a special token, whatever it contains. May be empty.

        `begin`: it is all that the model reads, so the mark of a beginning comes first where the model has one.
        """
        ...

    async def encode_chat(self, model: ModelInfo, messages: Sequence[Message]) -> tuple[Token, ...]:
        """A conversation through the model's chat template, up to where the model goes on."""
        ...

    async def tokens(self, model: ModelInfo, ids: Sequence[int]) -> tuple[Token, ...]:
        """What these ids stand for."""
        ...

    async def decode(self, model: ModelInfo, ids: Sequence[int]) -> str:
        """The text of these tokens, special ones left out."""
        ...

    async def next_token_logits(self, model: ModelInfo, ids: Sequence[int]) -> Vector:
        """The logits, shape (vocabulary,), of what follows. Raises `InputError("empty")`, `ContextTooLong`."""
        ...

    async def score(self, model: ModelInfo, ids: Sequence[int], alternatives: int = 0) -> tuple[ScoredToken, ...]:
        """Each token but the first with the model's own log-probability of it, in one forward pass."""
        ...

    async def describe(self, model: ModelInfo) -> ModelCard:
        """The model's card. Loads nothing."""
        ...


@runtime_checkable
class KeepsLanguages(WhiteBox, Protocol):
    """A white box that has fixed texts, by their language, and keeps how well its models read them."""

    texts: Mapping[str, str]

    async def keep_bits(self, model: ModelInfo, bits: Mapping[str, float]) -> None:
        """For `ModelCard.bits`, where the model's folder is ours to write into."""
        ...


Shows = Literal["logits", "logprobs", "text"]
"""All logits; log-probabilities of what it chose; its text alone."""


async def shows(provider: Provider, model: ModelInfo) -> Shows:
    """What can be had of that model. Loads nothing."""
    try:
        await inside(provider, model)
        return "logits"
    except UnsupportedRequest:
        return "logprobs" if model.logprobs else "text"


async def inside(provider: Provider, model: ModelInfo) -> WhiteBox:
    """The provider as one whose model can be looked into. Raises `UnsupportedRequest("logits")`. Loads nothing."""
    if not isinstance(provider, WhiteBox):
        raise UnsupportedRequest("logits", model=model.name)
    card = await provider.describe(model)  # a provider may show some of its models and not others
    if not card.inside:
        raise UnsupportedRequest("logits", model=model.name)
    return provider
