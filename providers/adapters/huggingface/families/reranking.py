"""Rerankers on this computer. See `providers.embedding.Reranker`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import numpy as np
from numpy.typing import NDArray

from providers.adapters.huggingface.families.encoders.pool import EncoderKind, EncoderPool
from providers.embedding import RerankerInfo
from providers.errors import InputError
from providers.types import Progress

_KIND: EncoderKind = "reranker"


class LocalReranker:
    """One cross-encoder, for all who use it at a time. It is fetched and loaded when it is first needed."""

    def __init__(self, info: RerankerInfo, encoders: EncoderPool) -> None:
        self.info = info
        self._encoders = encoders

    async def prepare(self) -> AsyncIterator[Progress]:
        async for progress in self._encoders.prepare(self.info, _KIND, self.info.window):
            yield progress
        yield Progress(stage="load", done=1, total=1)

    async def score(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """A passage that does not fit beside the question is read as far as it does.

        Raises `InputError("window")` for a question that leaves no room, `WeightsUnavailable`.
        """
        most = self.info.window // 2
        while True:
            async for _ in self.prepare():
                pass
            with self._encoders.use(self.info, _KIND) as encoder:
                if encoder is None:  # it had to make room for another in between
                    continue
                [alone] = await asyncio.to_thread(encoder.tokens, [question])
                if len(alone) > most:
                    raise InputError("window", model=self.info.name, tokens=len(alone), window=most)
                tokens = await asyncio.to_thread(encoder.tokens, [(question, passage) for passage in passages])
                rows = await encoder.engine.submit(tokens)
            return np.concatenate(rows) if rows else np.zeros(0, dtype=np.float32)
