"""Models with heads as the rest of the provider sees them: fetched, loaded into the shared memory, used. Light to
import; what blocks runs in threads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from providers.adapters.huggingface.memory.loader import ModelLoader
from providers.adapters.huggingface.weights.files import elements, weights_format
from providers.adapters.huggingface.weights.store import Store, is_folder
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.errors import UnknownModel, WeightsUnavailable
from providers.heads import HeadInfo
from providers.importing import importing
from providers.types import Progress

if TYPE_CHECKING:
    from providers.adapters.huggingface.families.heads.network import HeadNetwork

T = TypeVar("T")
_OVERHEAD = 200_000_000
"""Bytes beside the weights: what a text becomes on its way."""


@dataclass(frozen=True, slots=True)
class _LoadedHead:
    engine: HeadNetwork
    memory: int


class HeadPool:
    """Of one provider. They lie with the models that embed and share the memory, and the threads, of `ModelLoader`."""

    def __init__(self, loader: ModelLoader, store: Store) -> None:
        self._loader, self._store = loader, store

    async def load(self, info: HeadInfo, kind: str) -> AsyncGenerator[Progress]:
        """Progress until the model is in memory; nothing if it is. `kind` is the class of transformers that loads it.

        Raises `WeightsUnavailable`.
        """
        making = self._loader.wait_for_memory(info.name, _key(info), lambda ticket: self._make(info, kind, ticket))
        async for progress in making:
            yield progress

    @asynccontextmanager
    async def open(self, info: HeadInfo, kind: str) -> AsyncGenerator[HeadNetwork]:
        """The model, fetched and loaded if need be, and kept in memory while in use."""
        while True:
            async for _ in self.load(info, kind):
                pass
            with self._loader.cache.use(_key(info)) as held:
                if held is None:  # it had to make room for another in between
                    continue
                yield cast("_LoadedHead", held).engine
            return

    def check_allowed(self, model_id: str, *, folders: bool) -> None:
        """Where strangers visit, a name that is no row of the catalogue is only that of what lies in the cache."""
        if not folders and (is_folder(model_id) or model_id not in dict(self._store.list_cached())):
            raise UnknownModel(model=model_id[:120], near="")

    def _make(self, info: HeadInfo, kind: str, ticket: Ticket) -> None:
        def load(folder: Path) -> None:
            if weights_format(folder, info.name) != "safetensors":
                raise WeightsUnavailable("unfit", model=info.name, cause="GGUF")
            need = elements(folder, info.name) * 4 + _OVERHEAD
            self._loader.load_when_free(
                _key(info), info.name, need, lambda _: _LoadedHead(_open(folder, info.name, kind), need), ticket
            )

        self._loader.check_fits(info, 4)
        self._store.load(info, ticket, load)


class LocalHead:
    """One model with its head, for all who use it at a time. It is fetched and loaded when it is first needed."""

    KIND: str
    """The class of transformers that loads it."""

    def __init__(self, info: HeadInfo, pool: HeadPool) -> None:
        self.info = info
        self._pool = pool

    async def prepare(self) -> AsyncIterator[Progress]:
        async for progress in self._pool.load(self.info, self.KIND):
            yield progress
        yield Progress(stage="load", done=1, total=1)

    async def _run(self, compute: Callable[[HeadNetwork], T]) -> T:
        """What it computes, in a thread."""
        async with self._pool.open(self.info, self.KIND) as network:
            return await asyncio.to_thread(compute, network)


def _open(folder: Path, name: str, kind: str) -> HeadNetwork:
    with importing():
        from providers.adapters.huggingface.families.heads.network import HeadNetwork

    return HeadNetwork(folder, name, kind)


def _key(info: HeadInfo) -> str:
    return f"{info.id}@{info.head}"
