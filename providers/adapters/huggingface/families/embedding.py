"""Embedding models on this computer. See `providers.embedding.Embedder`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from providers.adapters.huggingface.families.encoders.batcher import EncodedText
from providers.adapters.huggingface.families.encoders.pool import EncoderKind, EncoderPool
from providers.embedding import EmbeddingInfo, Purpose, check_window
from providers.types import Progress

_KIND: EncoderKind = "embedding"


class LocalEmbedder:
    """One model, for all who use it at a time. It is fetched and loaded when it is first needed."""

    def __init__(self, info: EmbeddingInfo, encoders: EncoderPool) -> None:
        self.info = info
        self._encoders = encoders
        self._tokens: Callable[[Sequence[str | tuple[str, str]]], list[EncodedText]] | None = None
        self._longer = max(info.question_prefix, info.passage_prefix, key=len)

    async def prepare(self) -> AsyncIterator[Progress]:
        async for progress in self._encoders.prepare(self.info, _KIND, self.info.window):
            yield progress
        with self._encoders.use(self.info, _KIND) as encoder:
            if encoder is not None:
                self._tokens = encoder.tokens
        yield Progress(stage="load", done=1, total=1)

    async def embed(self, texts: Sequence[str], purpose: Purpose = "passage") -> NDArray[np.float32]:
        """Texts of several callers are computed together. Cancelling it drops those that wait.

        Raises `InputError("window")`, and `WeightsUnavailable` where the model cannot be had.
        """
        prefix = self.info.question_prefix if purpose == "question" else self.info.passage_prefix
        prefixed = [prefix + text for text in texts]
        while True:
            async for _ in self.prepare():
                pass
            with self._encoders.use(self.info, _KIND) as encoder:
                if encoder is None:  # it had to make room for another in between
                    continue
                tokens = await asyncio.to_thread(encoder.tokens, prefixed)
                check_window(self.info, [len(one) for one in tokens])
                rows = await encoder.engine.submit(tokens)
            return np.stack(rows) if rows else np.zeros((0, self.info.dimensions or 0), dtype=np.float32)

    def count(self, text: str) -> int:
        """Raises `RuntimeError` before `prepare`."""
        if self._tokens is None:
            raise RuntimeError("not prepared")
        return len(self._tokens([self._longer + text])[0])
