"""Vectors for texts, and scores for pairs of them: what search by meaning stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from providers.catalog_row import CatalogRow
from providers.errors import InputError
from providers.types import Progress

Purpose = Literal["question", "passage"]
"""Some models want questions and passages told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingInfo(CatalogRow):
    """A model that turns texts into vectors: a row `[[embedding]]` of `models.toml`. Searches are weighed by its
    languages."""

    window: int
    """Tokens of a text that it reads; the rest would be lost."""
    dimensions: int | None = None
    baseline: float = 0.0
    """The cosine it gives to texts that have nothing to do with one another: some models never go far below 0.7."""
    question_prefix: str = ""
    passage_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankerInfo(CatalogRow):
    """A cross-encoder: a row `[[reranker]]` of `models.toml`."""

    window: int


class Embedder(Protocol):
    """A model that embeds, connected. Its texts leave this computer unless `info.local`."""

    info: EmbeddingInfo

    def prepare(self) -> AsyncIterator[Progress]:
        """Make ready (fetch, load), telling how far it is. Everything else may be called without it, and waits."""
        ...

    async def embed(self, texts: Sequence[str], purpose: Purpose = "passage") -> NDArray[np.float32]:
        """n texts → their vectors, shape (n, dimensions), each of length 1. Raises `PlaygroundError`s.

        The prefix that the model wants is added here. A text longer than the window is an error of the caller's.
        """
        ...

    def count(self, text: str) -> int:
        """Tokens of a text, those that the model adds itself (marks, prefix) included. After `prepare` only."""
        ...


class Reranker(Protocol):
    """A model that reads question and passage together."""

    info: RerankerInfo

    def prepare(self) -> AsyncIterator[Progress]: ...

    async def score(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Relevance of each passage, 0 to 1, shape (n,)."""
        ...


@runtime_checkable
class Embeds(Protocol):
    """A provider that has embedding models."""

    def embedder(self, info: EmbeddingInfo) -> Embedder: ...


@runtime_checkable
class Reranks(Protocol):
    """A provider that has rerankers."""

    def reranker(self, info: RerankerInfo) -> Reranker: ...


def check_window(info: EmbeddingInfo, lengths: Sequence[int]) -> None:
    """Raises `InputError("window")` where a text is longer, in tokens, than the model reads: its end would be lost."""
    if lengths and max(lengths) > info.window:
        raise InputError("window", model=info.name, tokens=max(lengths), window=info.window)
