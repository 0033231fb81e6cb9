"""Whatever way a visitor's model comes in, it holds no other's while it is looked at and while a process opens it."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from providers.adapters.huggingface.engines.llamacpp.engine import LlamaCppEngine
from providers.adapters.huggingface.memory.model_cache import ModelCache
from providers.adapters.huggingface.provider import HuggingFace
from providers.adapters.huggingface.weights import store
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.base import complete
from providers.embedding import EmbeddingInfo
from providers.errors import WeightsUnavailable
from providers.heads import HeadInfo
from providers.labels import ContrastiveInfo
from providers.types import Message, Progress, Request, Sampling
from tests.providers.adapters.huggingface import tiny_gguf, tiny_vision
from tests.providers.adapters.huggingface.conftest import Open


@dataclass
class Gate:
    """Where a model waits until it is let go."""

    reached: threading.Event = field(default_factory=threading.Event)
    open: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        self.reached.set()
        self.open.wait()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """At it stands, while its files are looked at, every model whose folder is called "held"; then it is refused."""
    made, look_at = Gate(), store.inspect_folder

    def held(folder: Path, model: str, look: Callable[[], None]) -> None:
        if "held" in folder.parts:
            made.wait()
            raise WeightsUnavailable("bounds", model=model, cause="config.json")
        look()

    monkeypatch.setattr(
        store,
        "inspect_folder",
        lambda folder, model, **named: held(folder, model, lambda: look_at(folder, model, **named)),
    )
    yield made
    made.open.set()


async def reply(provider: HuggingFace, folder: Path) -> str:
    model = await provider.resolve(str(folder))
    sampling = Sampling(temperature=0, max_tokens=3)
    asked = Request(model=model, messages=(Message.of("user", "Hi"),), sampling=sampling)
    return (await complete(provider, asked)).text


async def layers(provider: HuggingFace, folder: Path) -> object:
    return await provider.inspector(await provider.resolve(str(folder))).read([1, 2])


async def words(provider: HuggingFace, folder: Path) -> object:
    return await provider.inspector(await provider.resolve(str(folder))).cut("a")


async def vectors(provider: HuggingFace, folder: Path) -> object:
    info = EmbeddingInfo(id=str(folder), provider="huggingface", name="held", window=64, local=True)
    return await provider.embedder(info).embed(["a"], "question")


async def labels(provider: HuggingFace, folder: Path) -> object:
    info = ContrastiveInfo(id=str(folder), provider="huggingface", name="held", measure="softmax")
    return await provider.labeller(info).label(tiny_vision.picture(), ["a", "b"])


async def blanks(provider: HuggingFace, folder: Path) -> object:
    info = HeadInfo(id=str(folder), provider="huggingface", name="held", head="fill_mask", local=True)
    return await provider.fill_mask(info).fill("a ___", 3)


@pytest.mark.parametrize("way", [reply, layers, words, vectors, labels, blanks])
async def test_a_model_that_is_looked_at_holds_no_other(
    opened: Open, gate: Gate, llama_folder: Path, gpt2_folder: Path, tmp_path: Path,
    way: Callable[[HuggingFace, Path], Awaitable[object]],
) -> None:  # fmt: skip
    provider = opened()
    held = asyncio.ensure_future(way(provider, Path(shutil.copytree(llama_folder, tmp_path / "held"))))
    await asyncio.to_thread(gate.reached.wait)
    assert await reply(provider, gpt2_folder) is not None
    assert not held.done()
    gate.open.set()
    with pytest.raises(WeightsUnavailable) as raised:
        await held
    assert raised.value.reason == "bounds"


async def test_a_file_that_its_process_does_not_open_holds_no_other(
    opened: Open, gpt2_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    tiny_gguf.save("gemma3", tmp_path / "mine" / "tiny-F16.gguf")
    opening, provider = Gate(), opened()
    wait = LlamaCppEngine.wait_until_open

    def wait_at_the_gate(engine: LlamaCppEngine, seconds: float = 300) -> None:
        opening.wait()
        wait(engine, seconds)

    monkeypatch.setattr(LlamaCppEngine, "wait_until_open", wait_at_the_gate)
    held = asyncio.ensure_future(reply(provider, tmp_path / "mine"))
    await asyncio.to_thread(opening.reached.wait)
    try:
        assert await reply(provider, gpt2_folder) is not None
        assert not held.done()
    finally:
        opening.open.set()
    assert await held is not None
    assert len(provider.loaded) == 2


class Watched(Ticket):
    """Tells when its work stands in line."""

    def __init__(self) -> None:
        super().__init__()
        self.queued = threading.Event()

    def report(self, progress: Progress) -> None:
        super().report(progress)
        if progress.stage == "queue":
            self.queued.set()


@dataclass
class Weight:
    """A model that is nothing but heavy, and its own engine."""

    memory: int
    computed: int = 0

    @property
    def engine(self) -> Weight:
        return self

    def close(self) -> None:
        """There is nothing to let go of."""


def test_one_that_waits_for_room_holds_no_other(opened: Open) -> None:
    loader, waits = opened(memory=100)._loader, Watched()

    def load(name: str, need: int, ticket: Ticket) -> None:
        loader.load_when_free(name, name, need, lambda _: Weight(need), ticket)

    load("in use", 60, Ticket())
    waiting = threading.Thread(target=load, args=("large", 70, waits))
    with loader.cache.use("in use"):
        waiting.start()
        waits.queued.wait()
        load("small", 30, Ticket())
        assert waiting.is_alive() and loader.cache.names == ("in use", "small")
    waiting.join()
    assert "large" in loader.cache.names


def test_what_a_model_will_take_is_given_to_nobody_else() -> None:
    cache = ModelCache()
    cache.room = 100
    with cache.reserve("a", 70):
        assert cache.free(30, "b") == 30
        assert cache.free(31, "b") is None
    assert cache.free(100, "b") == 100
