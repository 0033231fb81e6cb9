"""Encoders as the rest of the provider sees them: fetched, loaded into the shared memory, used. Light to import."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, cast

from providers.adapters.huggingface.families.encoders.batcher import LoadedEncoder
from providers.adapters.huggingface.memory.loader import ModelLoader
from providers.adapters.huggingface.weights.files import elements
from providers.adapters.huggingface.weights.store import HasWeights, Store
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.importing import importing
from providers.types import Progress

EncoderKind = Literal["embedding", "reranker"]
_OVERHEAD = 100_000_000
"""Bytes beside the weights: a batch's intermediate results."""


class EncoderPool:
    """Of one provider. They lie in a folder of their own and share the memory, and the threads, of `ModelLoader`."""

    def __init__(self, loader: ModelLoader, store: Store) -> None:
        self._loader, self._store = loader, store

    async def prepare(self, info: HasWeights, kind: EncoderKind, window: int) -> AsyncGenerator[Progress]:
        """Progress until the model is in memory; nothing if it is. Raises `WeightsUnavailable`."""
        making = self._loader.wait_for_memory(
            info.name, _key(info, kind), lambda ticket: self._make(info, kind, window, ticket)
        )
        async for progress in making:
            yield progress

    async def folder(self, info: HasWeights) -> Path | None:
        """Where the model lies, if it is here."""
        return await asyncio.to_thread(self._store.find_folder, info.id)

    @contextmanager
    def use(self, info: HasWeights, kind: EncoderKind) -> Iterator[LoadedEncoder | None]:
        """The model, kept in memory while in use; `None` if it had to make room for another in between."""
        with self._loader.cache.use(_key(info, kind)) as held:
            yield cast("LoadedEncoder | None", held)

    def _make(self, info: HasWeights, kind: EncoderKind, window: int, ticket: Ticket) -> None:
        def put(folder: Path) -> None:
            need = elements(folder, info.name) * 4 + _OVERHEAD
            key = _key(info, kind)
            self._loader.load_when_free(
                key, info.name, need, lambda _: load_encoder(kind, folder, info.name, window), ticket
            )

        self._loader.check_fits(info, 4)
        self._store.load(info, ticket, put)


def load_encoder(kind: EncoderKind, folder: Path, name: str, window: int) -> LoadedEncoder:
    """As `loading`, which takes seconds to import. Blocking."""
    with importing():
        from providers.adapters.huggingface.families.encoders import loading

    load = loading.load_embedding if kind == "embedding" else loading.load_reranker
    return load(folder, name, window)


def _key(info: HasWeights, kind: EncoderKind) -> str:
    return f"{info.id}@{kind}"
