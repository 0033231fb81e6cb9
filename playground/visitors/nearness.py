"""How near questions are in meaning, by an embedding model on this computer: what similar examples are chosen by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from playground.visitors.reach import Reach
from providers.embedding import Embedder

_REMEMBERED = 5000
"""Texts whose vectors are kept: a run asks for its examples' once a question."""


@dataclass(slots=True)
class Nearness:
    """An `Embed` of the Prompting tab. `ref` names the model; nothing is fetched or loaded before the first use."""

    reach: Reach
    ref: str = ""
    _vectors: dict[str, NDArray[np.float32]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """A text may leave this computer only by the visitor's choice, and here nobody is asked."""
        local = [one.ref for one in self.reach.embeddings() if one.local]
        self.ref = self.ref if self.ref in local else local[0]

    async def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (n, dimensions). Of a text longer than the model reads, its beginning counts.

        Raises `WeightsUnavailable` where the model cannot be had.
        """
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if missing:
            async with self.reach.embedder("", self.ref) as embedder:
                async for _ in embedder.prepare():
                    pass
                found = await embedder.embed([_beginning(embedder, text) for text in missing], "question")
            new = dict(zip(missing, found, strict=True))
            vectors = np.stack([new[text] if text in new else self._vectors[text] for text in texts])
            self._vectors |= new
            for text in list(self._vectors)[: len(self._vectors) - _REMEMBERED]:
                del self._vectors[text]
            return vectors
        return np.stack([self._vectors[text] for text in texts])


def _beginning(embedder: Embedder, text: str) -> str:
    """As much as the model reads."""
    if embedder.count(text) <= embedder.info.window:
        return text
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if embedder.count(text[:middle]) <= embedder.info.window else (low, middle)
    return text[:low]
