"""One local model, taken apart. See `providers.inspection.Inspector`. Light to import; what blocks runs in threads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from providers.adapters.huggingface.families.causal import load_tokenizer
from providers.adapters.huggingface.inspecting.anatomy import read_anatomy
from providers.adapters.huggingface.inspecting.vocabulary import Vocabulary
from providers.adapters.huggingface.memory.loader import ModelLoader
from providers.adapters.huggingface.tokens import Codec
from providers.adapters.huggingface.weights.files import elements
from providers.adapters.huggingface.weights.store import Store
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.errors import ContextTooLong, InputError, UnsupportedRequest
from providers.importing import importing
from providers.inspection import (
    NOTHING_OFF,
    Ablation,
    Anatomy,
    CutText,
    InspectedModel,
    LayerReading,
    MergedPiece,
    Positions,
    Salience,
)
from providers.types import ModelInfo, Progress
from providers.whitebox import Token

if TYPE_CHECKING:
    from providers.adapters.huggingface.inspecting.network import OpenNetwork

_OVERHEAD = 200_000_000
"""Bytes beside the weights: the attention of a text, and its logits."""


@dataclass(frozen=True, slots=True)
class _LoadedNetwork:
    engine: OpenNetwork
    memory: int


class LocalInspector:
    """For all who look into the model at a time. It is fetched and loaded when that is first needed."""

    def __init__(
        self,
        info: InspectedModel,
        loader: ModelLoader,
        store: Store,
        codec: Callable[[], Awaitable[Codec]] | None = None,
    ) -> None:
        """`codec` gives the tokenizer that replies are made with; without one it is read from the model's folder."""
        self.info = info
        self._loader, self._store, self._codec = loader, store, codec
        self._key = f"{info.id}@layers"
        self._vocabulary: Vocabulary | None = None

    @property
    def loaded(self) -> int | None:
        with self._loader.cache.use(self._key) as held:
            return cast("_LoadedNetwork", held).engine.loaded if held is not None else None

    async def prepare(self) -> AsyncIterator[Progress]:
        async for progress in self._fetch():
            yield progress
        async for progress in self._load():
            yield progress
        yield Progress(stage="load", done=1, total=1)

    async def anatomy(self) -> Anatomy | None:
        folder = await asyncio.to_thread(self._store.find_folder, self.info.id)
        return await asyncio.to_thread(read_anatomy, folder, self.info.name) if folder is not None else None

    async def cut(self, text: str) -> CutText:
        return await asyncio.to_thread((await self._words()).cut, text)

    async def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        return await asyncio.to_thread((await self._words()).spans, text)

    async def tokens(self, ids: Sequence[int]) -> tuple[Token, ...]:
        return await asyncio.to_thread((await self._words()).name_tokens, ids)

    async def vocabulary(self) -> Sequence[Token]:
        known = await self._words()
        return await asyncio.to_thread(lambda: known.tokens)

    async def merges(self, text: str) -> tuple[MergedPiece, ...]:
        return await asyncio.to_thread((await self._words()).merges, text)

    async def read(self, ids: Sequence[int], ablation: Ablation = NOTHING_OFF) -> LayerReading:
        async with self._open(ids) as network:
            return await asyncio.to_thread(network.read, ids, ablation)

    async def states(self, ids: Sequence[int]) -> NDArray[np.float32]:
        async with self._open(ids) as network:
            return await asyncio.to_thread(network.states, ids)

    async def input_embeddings(self, ids: Sequence[int]) -> NDArray[np.float32]:
        async with self._open(ids[:1]) as network:  # a table has no context: any number of lines can be read
            return await asyncio.to_thread(network.input_embeddings, ids)

    async def nearest(self, vector: NDArray[np.float32], most: int) -> tuple[tuple[Token, float], ...]:
        async with self._open([0]) as network:
            ids, cosines = await asyncio.to_thread(network.nearest, vector, most)
        return tuple(zip(await self.tokens(ids), cosines, strict=True))

    async def lens(self, ids: Sequence[int], position: int) -> NDArray[np.float32]:
        async with self._open(ids) as network:
            return await asyncio.to_thread(network.lens, ids, position)

    async def salience(self, ids: Sequence[int], position: int, target: int, method: Salience) -> NDArray[np.float32]:
        async with self._open(ids) as network:
            return await asyncio.to_thread(network.salience, ids, position, target, method)

    async def positions(self) -> Positions:
        async with self._open([0]) as network:
            return await asyncio.to_thread(network.positions)

    @asynccontextmanager
    async def _open(self, ids: Sequence[int]) -> AsyncGenerator[OpenNetwork]:
        """The network, kept in memory while in use."""
        if not ids:
            raise InputError("empty")
        while True:
            async for _ in self.prepare():
                pass
            anatomy = await self.anatomy()
            if anatomy is not None and anatomy.context is not None and len(ids) > anatomy.context:
                raise ContextTooLong(provider=self.info.provider, tokens=len(ids), context=anatomy.context)
            with self._loader.cache.use(self._key) as held:
                if held is None:  # it had to make room for another in between
                    continue
                yield cast("_LoadedNetwork", held).engine
            return

    async def _words(self) -> Vocabulary:
        """The tokenizer alone: kept, since it is small."""
        if self._vocabulary is None and self._codec is not None:
            self._vocabulary = Vocabulary(await self._codec())
        elif self._vocabulary is None:
            key = f"{self.info.id}@vocabulary"
            making = self._loader.wait(
                self.info.name, key, lambda ticket: self._store.load(self.info, ticket, self._keep_vocabulary)
            )
            async for _ in making:
                pass
        assert self._vocabulary is not None
        return self._vocabulary

    def _keep_vocabulary(self, folder: Path) -> None:
        codec, _, _ = load_tokenizer(folder)
        self._vocabulary = Vocabulary(codec)

    async def _fetch(self) -> AsyncIterator[Progress]:
        """A model that writes may be one that this computer does not allow, or that cannot fit: the loader knows."""
        if isinstance(self.info, ModelInfo):
            async for progress in self._loader.unpack(self.info):
                yield progress

    def _load(self) -> AsyncIterator[Progress]:
        return self._loader.wait_for_memory(self.info.name, self._key, self._make)

    def _make(self, ticket: Ticket) -> None:
        def load(folder: Path) -> None:
            need = elements(folder, self.info.name) * 4 + _OVERHEAD
            anatomy = read_anatomy(folder, self.info.name)
            if anatomy.kind == "encoder_decoder":
                raise UnsupportedRequest("layers", model=self.info.name)
            self._loader.load_when_free(self._key, self.info.name, need, lambda _: make(folder, anatomy, need), ticket)

        def make(folder: Path, anatomy: Anatomy, need: int) -> _LoadedNetwork:
            return _LoadedNetwork(_open_network(folder, self.info.name, anatomy), need)

        self._loader.check_fits(self.info, 4)
        self._store.load(self.info, ticket, load)


def _open_network(folder: Path, name: str, anatomy: Anatomy) -> OpenNetwork:
    with importing():
        from providers.adapters.huggingface.inspecting.network import OpenNetwork

    return OpenNetwork(folder, name, anatomy)
