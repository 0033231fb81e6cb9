"""Fetches, converts and loads models, once for everybody who waits for the same one."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

from providers.adapters.huggingface import engines
from providers.adapters.huggingface.engines import Variant, llamacpp, torch
from providers.adapters.huggingface.engines.base import Loaded
from providers.adapters.huggingface.engines.process_engine import ProcessEngine
from providers.adapters.huggingface.engines.speed import read_speeds
from providers.adapters.huggingface.listing import ModelListing
from providers.adapters.huggingface.memory.device import free_memory, total_memory
from providers.adapters.huggingface.memory.model_cache import LoadedModel, ModelCache
from providers.adapters.huggingface.memory.preparation import Preparation
from providers.adapters.huggingface.tokens import Codec
from providers.adapters.huggingface.weights.files import unwritable
from providers.adapters.huggingface.weights.record import read_measures
from providers.adapters.huggingface.weights.store import HasWeights, Store
from providers.adapters.huggingface.weights.ticket import Cancelled, Ticket
from providers.base import Options
from providers.errors import Overloaded, WeightsUnavailable
from providers.types import ModelInfo, Progress
from providers.whitebox import VariantSpeed

POLL = 0.1
PATIENCE = 120
"""Seconds that a model waits for the others to fall idle."""


class ModelLoader:
    """The models of one provider. What blocks runs in threads; `cache` holds what is loaded."""

    def __init__(self, options: Options, store: Store, listing: ModelListing) -> None:
        self._options, self._store, self._listing = options, store, listing
        self._most = options.memory or total_memory()
        self.cache = ModelCache()
        self._folders: dict[str, Path] = {}
        self._preparations: dict[str, Preparation] = {}
        self._guard = threading.Lock()
        self._loading = threading.Lock()

    async def fetch(self, model: ModelInfo) -> AsyncGenerator[Progress]:
        """Progress until the weights are here; nothing if they are."""
        if model.id not in self._folders:
            async for progress in self.wait(model.name, model.id, lambda ticket: self._fetch(model, ticket)):
                yield progress
        if self.forced_engine(model) == torch.NAME:
            async for progress in self._unpack(model):
                yield progress

    async def unpack(self, model: ModelInfo) -> AsyncGenerator[Progress]:
        """Progress until the weights are here as PyTorch reads them: what is served as it is has to be unpacked."""
        async for progress in self.fetch(model):
            yield progress
        async for progress in self._unpack(model):
            yield progress

    async def lacks_dense(self, model: ModelInfo) -> bool:
        """Of a model whose weights are here: `unpack` has something to do."""
        return await asyncio.to_thread(self._store.lacks_dense, await self.folder(model))

    async def _unpack(self, model: ModelInfo) -> AsyncGenerator[Progress]:
        folder = self._folders[model.id]
        if await asyncio.to_thread(self._store.lacks_dense, folder):
            making = self.wait(model.name, _dense(model), lambda ticket: self._store.unpack(model, folder, ticket))
            async for progress in making:
                yield progress

    def fetching(self, model: ModelInfo) -> Progress | None:
        """How far it is, where its weights are being fetched or made ready now, whoever asked for them."""
        with self._guard:
            found = [self._preparations.get(key) for key in (model.id, _dense(model))]
        return next((one.ticket.latest for one in found if one is not None and not one.done), None)

    async def pause(self, model: ModelInfo, *, alone: bool) -> bool:
        """Call off what fetches its weights, and wait until it has ended: who asked for them before is told of the
        pause, and who asks after it goes on from what is there.

        Whether that was done: with `alone` it is not where others wait for the same, nor where all was there already.
        """
        with self._guard:
            preparation = self._preparations.get(model.id)
            if preparation is None or preparation.done or (alone and preparation.waiting > 1):
                return False
            preparation.paused = True
            preparation.ticket.cancel()
        await asyncio.to_thread(preparation.join)
        return preparation.error is not None

    async def load(self, model: ModelInfo, variant: Variant) -> AsyncGenerator[Progress]:
        """Progress until the variant is in memory; nothing if it is. Its weights have been fetched.

        Whoever stops waiting leaves the work going.
        """
        key = _key(model, variant)
        async for progress in self.wait_for_memory(model.name, key, lambda ticket: self._load(model, variant, ticket)):
            yield progress

    async def variants(self, model: ModelInfo, *, every: bool = False) -> tuple[Variant, ...]:
        """How a model whose weights are here can run, fastest first; none before they are.

        `every`: whatever engine the visitor or the operator wants its replies from.
        """
        folder = self._folders.get(model.id) or await asyncio.to_thread(self._store.find_folder, model.id)
        if folder is None:
            return ()
        wanted = None if every else self.forced_engine(model)
        return await asyncio.to_thread(lambda: engines.variants(folder, read_measures(folder), wanted))

    async def speeds(self, model: ModelInfo) -> Mapping[str, VariantSpeed]:
        """Of a model whose weights are here."""
        return await asyncio.to_thread(read_speeds, await self.folder(model))

    def forced_engine(self, model: ModelInfo) -> str | None:
        """The engine that the visitor or the operator wants its replies from."""
        return model.engine or self._options.engine

    def has_room(self, model: ModelInfo, variant: Variant) -> bool:
        """Whether it can be loaded without anything else having to go, and this computer has as much again left for
        others. Blocks.
        """
        need = variant.memory(model.name)
        return self.cache.spare >= need and free_memory() >= 2 * need

    def holds(self, model: ModelInfo, variant: Variant) -> bool:
        """Whether it is in memory."""
        return _key(model, variant) in self.cache.names

    def codec(self, model: ModelInfo) -> Codec | None:
        """That of a variant in memory; making another one of a large vocabulary takes seconds."""
        for key in self.cache.names:
            if key.startswith(f"{model.id}@"):
                with self.cache.use(key) as held:
                    if isinstance(held, Loaded):
                        return held.codec
        return None

    async def folder(self, model: ModelInfo) -> Path:
        """Where the weights are, fetched if need be."""
        async for _ in self.fetch(model):
            pass
        return self._folders[model.id]

    async def read(self, model: ModelInfo, what: str, read: Callable[[Path], None]) -> None:
        """Read `what` there is in the model's folder, once for all who wait, as `Store.load`."""
        await self.folder(model)
        key = f"{model.id}@{what}"
        async for _ in self.wait(model.name, key, lambda ticket: self._store.load(model, ticket, read)):
            pass

    @contextmanager
    def use(self, model: ModelInfo, variant: Variant) -> Iterator[Loaded | None]:
        """The variant, kept in memory while in use; `None` if it had to make room for another in between."""
        with self.cache.use(_key(model, variant)) as held:
            yield cast("Loaded | None", held)

    async def aclose(self) -> None:
        """Call off what is being made ready, and let the models go."""
        with self._guard:
            preparations = list(self._preparations.values())
        for preparation in preparations:
            preparation.ticket.cancel()
        for preparation in preparations:
            await asyncio.to_thread(preparation.join)
        await asyncio.to_thread(self.cache.close)

    async def wait_for_memory(self, name: str, key: str, make: Callable[[Ticket], None]) -> AsyncGenerator[Progress]:
        """As `wait`, of what `make` puts into the cache under this key; nothing if it is there."""
        if key not in self.cache.names:
            async for progress in self.wait(name, key, make):
                yield progress

    async def wait(self, name: str, key: str, make: Callable[[Ticket], None]) -> AsyncGenerator[Progress]:
        """Progress of what is being made under this key, by whoever asked first. Raises what it fails with.

        `name` is the model's, for `WeightsUnavailable` where it is called off.
        """
        with self._guard:
            preparation = self._preparations.get(key)
            if preparation is None or preparation.done:
                preparation = self._preparations[key] = Preparation(make)
            preparation.waiting += 1
        try:
            while not preparation.done:
                yield preparation.ticket.latest
                await asyncio.sleep(POLL)
        finally:
            preparation.waiting -= 1
        with self._guard:
            if self._preparations.get(key) is preparation:
                del self._preparations[key]
        if isinstance(preparation.error, Cancelled):
            raise WeightsUnavailable("paused" if preparation.paused else None, model=name)
        if isinstance(preparation.error, OSError):  # of fetching alone: what loading meets is told by `Store.load`
            raise unwritable(preparation.error, name) from preparation.error
        if preparation.error is not None:
            raise preparation.error

    def _fetch(self, model: ModelInfo, ticket: Ticket) -> None:
        self._listing.check_allowed(model.id)
        self.check_fits(model, 2)
        folder = self._store.ensure(model, ticket)
        if self.forced_engine(model) == llamacpp.NAME:  # 5 s that nobody else has to wait
            self._store.measure(folder, ticket)
        self._folders[model.id] = folder

    def check_fits(self, model: HasWeights, bytes_each: int) -> None:
        """Raises `WeightsUnavailable("memory")` for a model of which it is known, before anything is fetched, that it
        can never be loaded. `bytes_each` is the size of a parameter.
        """
        if (model.parameters or 0) * bytes_each > self._most:
            raise WeightsUnavailable("memory", model=model.name)

    def _load(self, model: ModelInfo, variant: Variant, ticket: Ticket) -> None:
        key = _key(model, variant)

        def load(folder: Path) -> None:
            self._folders[model.id] = folder
            need, budget = variant.memory(model.name), variant.budget()
            with ExitStack() as held:
                with self._room(key, need, model.name, ticket, budget) as room:
                    if room is None:
                        return
                    if not variant.elsewhere:
                        self.cache.put(key, self._sharing(model, variant.load(model.name, room)))
                        return
                    held.enter_context(self.cache.reserve(key, variant.memory(model.name, room)))
                self.cache.put(key, self._sharing(model, variant.load(model.name, room)))  # others are loaded meanwhile

        if key in self.cache.names:
            return
        ticket.report(Progress(stage="load"))
        self._store.load(model, ticket, load)

    def _sharing(self, model: ModelInfo, loaded: Loaded) -> Loaded:
        """With the tokenizer of another variant that is in memory: a copy of a small model's takes 50 MB."""
        codec = self.codec(model)
        if not isinstance(loaded.engine, ProcessEngine) or type(codec) is not type(loaded.codec):
            return loaded
        loaded.engine.codec = codec
        return replace(loaded, codec=codec)

    def load_when_free(
        self, key: str, name: str, need: int, load: Callable[[int], LoadedModel], ticket: Ticket
    ) -> None:
        """Make room for `need` bytes and load. `load` is told the bytes that are free."""
        with self._room(key, need, name, ticket) as room:
            if room is not None:
                self.cache.put(key, load(room))

    @contextmanager
    def _turn(self, ticket: Ticket) -> Iterator[None]:
        """One at a time: transformers sets process-wide defaults while it loads, and memory is counted once."""
        while not self._loading.acquire(timeout=POLL):
            ticket.report(Progress(stage="queue"))
        try:
            yield
        finally:
            self._loading.release()

    @contextmanager
    def _room(self, key: str, need: int, name: str, ticket: Ticket, budget: int | None = None) -> Iterator[int | None]:
        """Its turn, and the bytes that are free in it, `need` at least; `None` where somebody else has loaded it.

        While models in use have the room it is nobody's turn, so that whoever needs less is held up by nobody. `budget`
        are the bytes for all models together. Raises `Overloaded` where waiting did not help.
        """
        until = None
        while True:
            with self._turn(ticket):
                if key in self.cache.names:
                    yield None
                    return
                self.cache.room = self._options.memory or budget or total_memory() // 2
                if (room := self.cache.free(need, name)) is not None:
                    ticket.report(Progress(stage="load"))
                    yield room
                    return
            until = until or time.monotonic() + PATIENCE
            if time.monotonic() > until:
                raise Overloaded("busy_here", provider="huggingface", waiting=1)
            ticket.report(Progress(stage="queue"))
            time.sleep(POLL)


def _dense(model: ModelInfo) -> str:
    return f"{model.id}@dense"


def _key(model: ModelInfo, variant: Variant) -> str:
    return f"{model.id}@{variant.name}"
