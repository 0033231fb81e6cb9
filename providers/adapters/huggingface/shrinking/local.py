"""One local model in many forms. See `providers.shrinking.Shrunk`. Light to import; what blocks runs in threads."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from providers.adapters.huggingface.engines.llamacpp.library import is_here
from providers.adapters.huggingface.engines.llamacpp.server import SPINS
from providers.adapters.huggingface.engines.openvino.pipeline import target
from providers.adapters.huggingface.inspecting.anatomy import read_anatomy
from providers.adapters.huggingface.memory.loader import ModelLoader
from providers.adapters.huggingface.tokens import Codec
from providers.adapters.huggingface.weights.child_process import ROOT, ChildCommand, run_child
from providers.adapters.huggingface.weights.files import elements
from providers.adapters.huggingface.weights.hub import PROGRAM
from providers.adapters.huggingface.weights.store import Store
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.errors import InputError, Unavailable, UnsupportedRequest
from providers.importing import importing
from providers.shrinking import FORMATS, Form, FormCost, FormSize
from providers.types import ModelInfo, Progress

if TYPE_CHECKING:
    from providers.adapters.huggingface.shrinking.network import ShrunkNetwork

_OVERHEAD = 300_000_000
"""Bytes beside the weights: the logits of a text, and what rounding a matrix takes."""
_PACKED = FORMATS[3:]
_PROGRAM = "providers.adapters.huggingface.shrinking.measure_program"
_WRITTEN = 48
"""Tokens that are written to be timed."""


@dataclass(frozen=True, slots=True)
class _LoadedForms:
    engine: ShrunkNetwork
    memory: int


@dataclass(slots=True)
class _Elsewhere:
    """What another process holds, counted among what is loaded here; it is let go of by whoever made it."""

    memory: int
    computed: int = 0

    @property
    def engine(self) -> _Elsewhere:
        return self

    def close(self) -> None:
        """Nothing is here."""


class LocalShrunk:
    """For all who make the model smaller at a time."""

    def __init__(
        self, info: ModelInfo, loader: ModelLoader, store: Store, codec: Callable[[], Awaitable[Codec]]
    ) -> None:
        self.info = info
        self._loader, self._store, self._codec = loader, store, codec
        self._key = f"{info.id}@forms"
        self._measuring = asyncio.Lock()

    async def prepare(self) -> AsyncIterator[Progress]:
        async for progress in self._loader.unpack(self.info):
            yield progress
        async for progress in self._loader.wait_for_memory(self.info.name, self._key, self._make):
            yield progress
        yield Progress(stage="load", done=1, total=1)

    async def size(self, form: Form) -> FormSize:
        async with self._open() as network:
            return await asyncio.to_thread(network.size, form)

    async def score(self, form: Form, ids: Sequence[int]) -> tuple[float, ...]:
        if len(ids) < 2:
            raise InputError("empty")
        async with self._open() as network:
            return await asyncio.to_thread(network.score, form, ids)

    async def write(self, form: Form, ids: Sequence[int], most: int) -> tuple[int, ...]:
        if not ids:
            raise InputError("empty")
        ends, stopped = (await self._codec()).ends, threading.Event()
        async with self._open() as network:
            try:
                return await asyncio.to_thread(network.write, form, ids, most, ends, stopped)
            finally:
                stopped.set()

    async def measure(self, form: Form) -> FormCost:
        async for _ in self._loader.unpack(self.info):
            pass
        folder = await self._loader.folder(self.info)
        packed = form.name in _PACKED
        source = target(folder, "q8_0")
        if packed and not (is_here() and await asyncio.to_thread(source.is_file)):
            raise UnsupportedRequest("form_engine", model=self.info.name)
        prompt = (await self._codec()).encode("The quick brown fox", begin=True)
        need = await asyncio.to_thread(elements, folder, self.info.name) * 4 + _OVERHEAD
        async with self._measuring:
            await asyncio.to_thread(self._reserve, need)
            with self._loader.cache.use(f"{self.info.id}@measured"):
                return await self._run(folder, form, prompt, packed=packed)

    async def _run(self, folder: Path, form: Form, prompt: Sequence[int], *, packed: bool) -> FormCost:
        scratch = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="aula-form-"))
        ticket = Ticket()
        heads = await asyncio.to_thread(self._heads, folder)
        given: dict[str, object] = {"prompt": list(prompt), "written": _WRITTEN, "heads": heads}
        if packed:
            given["scratch"] = str(scratch)
        command = [*PROGRAM[:2], _PROGRAM, str(folder), form.name, str(form.sparsity)]
        call = ChildCommand(
            command=command,
            scratch=scratch,
            given=json.dumps(given),
            environment={"GOMP_SPINCOUNT": SPINS},  # beside other work, waiting threads let it compute
            folder=ROOT,
        )

        def work() -> tuple[int, str]:
            try:
                return run_child(call, ticket, lambda said: Progress(stage="load"))
            finally:
                shutil.rmtree(scratch, ignore_errors=True)

        try:
            code, output = await asyncio.to_thread(work)
        finally:
            ticket.cancel()
        lines = output.strip().splitlines()
        if code or not lines:
            raise Unavailable("out_of_memory" if code < 0 else None, provider=self.info.provider)
        told = json.loads(lines[-1])
        return FormCost(engine=told["engine"], load=told["load"], memory=told["memory"], speed=told["speed"])

    def _reserve(self, need: int) -> None:
        key = f"{self.info.id}@measured"
        self._loader.load_when_free(key, self.info.name, need, lambda _: _Elsewhere(need), Ticket())

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[ShrunkNetwork]:
        """The network, kept in memory while in use."""
        while True:
            async for _ in self.prepare():
                pass
            with self._loader.cache.use(self._key) as held:
                if held is None:  # it had to make room for another in between
                    continue
                yield cast("_LoadedForms", held).engine
            return

    def _heads(self, folder: Path) -> int:
        anatomy = read_anatomy(folder, self.info.name)
        if anatomy.kind != "decoder":
            raise UnsupportedRequest("forms", model=self.info.name)
        return anatomy.heads

    def _make(self, ticket: Ticket) -> None:
        def load(folder: Path) -> None:
            heads = self._heads(folder)
            need = elements(folder, self.info.name) * 4 + _OVERHEAD
            self._loader.load_when_free(
                self._key,
                self.info.name,
                need,
                lambda _: _LoadedForms(_network(folder, self.info.name, heads), need),
                ticket,
            )

        self._loader.check_fits(self.info, 4)
        self._store.load(self.info, ticket, load)


def _network(folder: Path, name: str, heads: int) -> ShrunkNetwork:
    with importing():
        from providers.adapters.huggingface.shrinking.network import ShrunkNetwork

    network = ShrunkNetwork(folder, name, heads)
    network.size(Form("float32"))  # what does not load is told now
    return network
