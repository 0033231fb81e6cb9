"""Texts as vectors: how alike each two of them are to a model, and where they lie on a map of two dimensions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from playground.tabs.models.lab.errors import VectorsError, VectorsLimit
from providers.embedding import Embedder
from providers.inspection import InspectedModel, Inspector

FEWEST, MOST = 2, 16
"""Texts that are compared."""
LONGEST = 256
"""Tokens of a text that is read by a model which writes."""
Vectors = NDArray[np.float32]
Made = Literal["sentence", "mean"]
"""How a text's vector was made: by a model that was trained for that, or as the mean of its tokens' last vectors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMap:
    """Where texts lie, shape (texts, 2), and the shares of all differences that the two directions keep."""

    places: NDArray[np.float64]
    kept: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTexts:
    """Texts as one model sees them."""

    info: InspectedModel
    made: Made
    cosines: Vectors
    """Shape (texts, texts), from −1 to 1; 1 on the diagonal."""
    map: TextMap | None
    """`None` where all texts have the same vector."""


def parse_texts(lines: str) -> tuple[str, ...]:
    """A text a line, each once. Raises `VectorsError("few_texts")`, `VectorsLimit("vector_texts")`."""
    texts = tuple(dict.fromkeys(line.strip() for line in lines.splitlines() if line.strip()))
    if len(texts) < FEWEST:
        raise VectorsError("few_texts", count=FEWEST)
    if len(texts) > MOST:
        raise VectorsLimit("vector_texts", limit=MOST)
    return texts


async def compare_embedded(embedder: Embedder, texts: Sequence[str]) -> ComparedTexts:
    """By a model that makes vectors. Raises what `Embedder.embed` raises."""
    vectors = await embedder.embed(texts)
    return await asyncio.to_thread(_compare_vectors, embedder.info, "sentence", vectors)


async def compare_read(inspector: Inspector, texts: Sequence[str]) -> ComparedTexts:
    """By a model that writes: the mean of each text's vectors after the last layer, its marks left out.

    Raises `VectorsLimit("vector_tokens")`, and as `Inspector.states`.
    """
    rows = []
    for text in texts:
        tokens = (await inspector.cut(text)).tokens
        if len(tokens) > LONGEST:
            raise VectorsLimit("vector_tokens", limit=LONGEST, tokens=len(tokens))
        last = (await inspector.states([token.id for token in tokens]))[-1]
        own = [place for place, token in enumerate(tokens) if not token.special]
        rows.append(last[own or slice(None)].mean(axis=0))
    return await asyncio.to_thread(_compare_vectors, inspector.info, "mean", np.stack(rows))


def _compare_vectors(info: InspectedModel, made: Made, vectors: Vectors) -> ComparedTexts:
    units = normalise_rows(vectors)
    return ComparedTexts(info=info, made=made, cosines=units @ units.T, map=lay_out(units))


def normalise_rows(vectors: Vectors) -> Vectors:
    """Each row with length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return cast("Vectors", (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32))


def lay_out(vectors: Vectors) -> TextMap | None:
    """The two directions along which the vectors differ most: principal component analysis (Pearson 1901; Hotelling
    1933), by scikit-learn. `None` where they do not differ. Blocking: scikit-learn takes a second to import."""
    from sklearn.decomposition import PCA

    if np.allclose(vectors, vectors[0], atol=1e-6):
        return None
    found = PCA(n_components=min(2, len(vectors), vectors.shape[1]), svd_solver="full")
    places = np.zeros((len(vectors), 2))
    shown = found.fit_transform(vectors.astype(np.float64))
    places[:, : shown.shape[1]] = shown
    kept = [*map(float, found.explained_variance_ratio_), 0.0]
    return TextMap(places=places, kept=(kept[0], kept[1]))
