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
from providers.adapters.huggingface.weights.store import Store, Wanted
from providers.errors import WeightsUnavailable
from providers.types import Progress

Kind = Literal["embedding", "reranker"]
_OVERHEAD = 100_000_000
"""Bytes beside the weights: a batch's intermediate results."""


class Encoders:
    """Of one provider. They lie in a folder of their own and share the memory, and the threads, of `Ready`."""

    def __init__(self, ready: Ready, store: Store) -> None:
        self._ready, self._store = ready, store

    async def prepare(self, info: Wanted, kind: Kind, window: int) -> AsyncGenerator[Progress]:
        """Progress until the model is in memory; nothing if it is. Raises `WeightsUnavailable`."""
        key = _key(info, kind)
        if key not in self._ready.shelf.names:
            making = self._ready.wait(info.name, key, lambda ticket: self._make(info, kind, window, ticket))
            async for progress in making:
                yield progress

    async def folder(self, info: Wanted) -> Path | None:
        """Where the model lies, if it is here."""
        return await asyncio.to_thread(self._store.ready, info.id)

    @contextmanager
    def use(self, info: Wanted, kind: Kind) -> Iterator[Encoder | None]:
        """The model, kept in memory while in use; `None` if it had to make room for another in between."""
        with self._ready.shelf.use(_key(info, kind)) as held:
            yield cast("Encoder | None", held)

    def _make(self, info: Wanted, kind: Kind, window: int, ticket: Ticket) -> None:
        """A cached model that proves damaged is fetched again, once."""
        folder = self._fetched(info, ticket)
        try:
            self._load(folder, info, kind, window, ticket)
        except WeightsUnavailable as error:
            if error.reason != "damaged" or not self._store.discard(folder):
                raise
            self._load(self._fetched(info, ticket), info, kind, window, ticket)

    def _fetched(self, info: Wanted, ticket: Ticket) -> Path:
        if (info.parameters or 0) * 4 > self._ready.most:  # known before anything is fetched
            raise WeightsUnavailable("memory", model=info.name)
        return self._store.ensure(info, ticket)

    def _load(self, folder: Path, info: Wanted, kind: Kind, window: int, ticket: Ticket) -> None:
        need = elements(folder, info.name) * 4 + _OVERHEAD

        def load(room: int) -> Encoder:
            from providers.adapters.huggingface.families import encoder  # torch and sentence-transformers: seconds

            make = encoder.load_embedding if kind == "embedding" else encoder.load_reranker
            return make(folder, info.name, window)

        self._ready.shelve(_key(info, kind), info.name, need, load, ticket)


def _key(info: Wanted, kind: Kind) -> str:
    return f"{info.id}@{kind}"
