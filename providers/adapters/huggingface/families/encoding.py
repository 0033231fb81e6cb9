"""Encoders as the rest of the provider sees them: fetched, loaded into the shared memory, used. Light to import."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, cast

from providers.adapters.huggingface.families.batching import Encoder
from providers.adapters.huggingface.memory.ready import Ready
from providers.adapters.huggingface.weights.child import Ticket
from providers.adapters.huggingface.weights.files import elements
from providers.adapters.huggingface.weights.store import HasWeights, Store
from providers.types import Progress

Kind = Literal["embedding", "reranker"]
_OVERHEAD = 100_000_000
"""Bytes beside the weights: a batch's intermediate results."""


class Encoders:
    """Of one provider. They lie in a folder of their own and share the memory, and the threads, of `Ready`."""

    def __init__(self, ready: Ready, store: Store) -> None:
        self._ready, self._store = ready, store

    async def prepare(self, info: HasWeights, kind: Kind, window: int) -> AsyncGenerator[Progress]:
        """Progress until the model is in memory; nothing if it is. Raises `WeightsUnavailable`."""
        key = _key(info, kind)
        if key not in self._ready.shelf.names:
            making = self._ready.wait(info.name, key, lambda ticket: self._make(info, kind, window, ticket))
            async for progress in making:
                yield progress

    async def folder(self, info: HasWeights) -> Path | None:
        """Where the model lies, if it is here."""
        return await asyncio.to_thread(self._store.ready, info.id)

    @contextmanager
    def use(self, info: HasWeights, kind: Kind) -> Iterator[Encoder | None]:
        """The model, kept in memory while in use; `None` if it had to make room for another in between."""
        with self._ready.shelf.use(_key(info, kind)) as held:
            yield cast("Encoder | None", held)

    def _make(self, info: HasWeights, kind: Kind, window: int, ticket: Ticket) -> None:
        def load(folder: Path) -> None:
            need = elements(folder, info.name) * 4 + _OVERHEAD
            self._ready.shelve(_key(info, kind), info.name, need, lambda _: make(folder), ticket)

        def make(folder: Path) -> Encoder:
            from providers.adapters.huggingface.families import encoder  # torch and sentence-transformers: seconds

            loading = encoder.load_embedding if kind == "embedding" else encoder.load_reranker
            return loading(folder, info.name, window)

        self._ready.check_fits(info, 4)
        self._store.load(info, ticket, load)


def _key(info: HasWeights, kind: Kind) -> str:
    return f"{info.id}@{kind}"
