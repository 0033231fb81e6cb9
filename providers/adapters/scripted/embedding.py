"""Embedding and reranking without weights, for tests: the words two texts share. Same texts, same numbers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from providers.embedding import EmbeddingInfo, Purpose, RerankerInfo, check_window
from providers.types import Progress

BAG = EmbeddingInfo(
    id="bag", provider="scripted", name="Scripted: bag of words", window=256, dimensions=64, local=True,
    languages=("en", "es"),
)  # fmt: skip
OVERLAP = RerankerInfo(
    id="overlap", provider="scripted", name="Scripted: shared words", window=512, local=True, languages=("en", "es")
)
_TOKEN = re.compile(r"\w{1,20}|[^\w\s]")


def tokens_of(text: str) -> list[str]:
    """Words, of at most 20 letters, and single marks, without case."""
    return _TOKEN.findall(text.casefold())


class ScriptedEmbedder:
    """Each word adds 1 to one of 64 places, chosen by its CRC; a text without words stands at a place of its own."""

    def __init__(self, info: EmbeddingInfo = BAG) -> None:
        self.info = info
        self.computed = 0
        """Texts embedded so far, so that a test sees what was computed again."""

    async def prepare(self) -> AsyncIterator[Progress]:
        yield Progress(stage="load", done=1, total=1)

    async def embed(self, texts: Sequence[str], purpose: Purpose = "passage") -> NDArray[np.float32]:
        """See `providers.embedding.Embedder`. Raises `InputError("window")`."""
        tokens = [tokens_of(text) for text in texts]
        check_window(self.info, [len(one) for one in tokens])
        places = self.info.dimensions or 64
        vectors = np.zeros((len(texts), places), dtype=np.float32)
        for row, words in enumerate(tokens):
            found = [crc32(word.encode("utf-8", "replace")) % (places - 1) for word in words if word[0].isalnum()]
            vectors[row] = np.bincount(found or [places - 1], minlength=places)
        self.computed += len(texts)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)

    def count(self, text: str) -> int:
        return len(tokens_of(text))


class ScriptedReranker:
    """The share of the question's words that a passage has."""

    def __init__(self, info: RerankerInfo = OVERLAP) -> None:
        self.info = info

    async def prepare(self) -> AsyncIterator[Progress]:
        yield Progress(stage="load", done=1, total=1)

    async def score(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """See `providers.embedding.Reranker`."""
        wanted = set(tokens_of(question))
        shares = [len(wanted & set(tokens_of(passage))) / max(1, len(wanted)) for passage in passages]
        return np.asarray(shares, dtype=np.float32)
