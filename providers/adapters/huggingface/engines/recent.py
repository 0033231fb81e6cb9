"""Which texts a variant has read of late: what a conversation begins with need not be read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class RecentTexts:
    """Texts as token ids, by variant."""

    def __init__(self) -> None:
        self._texts: dict[str, deque[NDArray[np.int64]]] = {}

    def note(self, variant: str, tokens: Sequence[int], kept: int) -> None:
        """It keeps so many of its latest texts, this one too."""
        texts = self._texts.get(variant, ())
        self._texts[variant] = deque((*texts, np.asarray(tokens, dtype=np.int64)), maxlen=kept)

    def common_length(self, variant: str, tokens: Sequence[int]) -> int:
        """How many tokens at the beginning the variant has read in one of its latest texts."""
        wanted = np.asarray(tokens, dtype=np.int64)
        return max((_common_length(text, wanted) for text in self._texts.get(variant, ())), default=0)


def _common_length(known: NDArray[np.int64], wanted: NDArray[np.int64]) -> int:
    length = min(known.size, wanted.size)
    differing = np.flatnonzero(known[:length] != wanted[:length])
    return int(differing[0]) if differing.size else length
