"""What passes while a model is loaded removes nothing: offline too its folder stays byte for byte, and is used next."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from providers.adapters.huggingface import whitebox
from providers.adapters.huggingface.engines.openvino import OpenVino
from providers.adapters.huggingface.engines.openvino.pipeline import rewrite
from providers.adapters.huggingface.engines.openvino.read_network import network_folder
from providers.adapters.huggingface.engines.torch import loading as torch_loading
from providers.adapters.huggingface.families import contrastive
from providers.adapters.huggingface.families.encoders import loading as encoder_loading
from providers.adapters.huggingface.provider import HuggingFace
from providers.base import complete
from providers.embedding import EmbeddingInfo, RerankerInfo
from providers.errors import Unavailable, WeightsUnavailable
from providers.labels import ContrastiveInfo
from providers.types import Message, ModelInfo, Request, Sampling
from tests.providers.adapters.huggingface import tiny, tiny_encoders, tiny_vision
from tests.providers.adapters.huggingface.conftest import Open
from tests.providers.adapters.huggingface.weights.repairing import content, recorded

TINY = ModelInfo(id="tiny/llama", provider="huggingface", name="Tiny", context=1024)
ENGINES = {"openvino-q8_0": 3.7248, "reference": 3.7157}
"""As if they had been measured: which one answers is not what is tested here."""


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory, llama_folder: Path) -> Path:
    """What a packaged model becomes: dense weights, and what OpenVINO reads."""
    made = tmp_path_factory.mktemp("converted")
    folder = Path(shutil.copytree(llama_folder, made / "tiny--llama"))
    rewrite(tiny.save_gguf(made / "tiny.gguf"), folder)
    return folder


def kept(source: Path, home: Path, root: str = "models", name: str = TINY.id) -> Path:
    """In the cache, as a model of the Hub that needs no measuring."""
    target = home / root / name.replace("/", "--")
    return recorded(source, target, name, nll=ENGINES, dtype="float32")


async def asked(provider: HuggingFace) -> str:
    sampling = Sampling(temperature=0, max_tokens=4)
    return (await complete(provider, Request(model=TINY, messages=(Message.of("user", "hi"),), sampling=sampling))).text


class Killer:
    """Kills by its number the process of an engine that serves files of `home`, each time it has come so far, as often
    as it is told to."""

    def __init__(self, home: Path, when: str, times: int) -> None:
        self.killed, self._home = 0, home
        self._ready = {"before": lambda child: True, "while": _has_library}[when]
        self._times, self._over = times, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while self.killed < self._times and not self._over.wait(0.005):
            for child in engines(self._home):
                if self._ready(child):
                    self.killed += 1
                    end(child)
                    break

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


def engines(home: Path) -> list[psutil.Process]:
    """This process's engines that run for this home: those of other tests may be running too."""
    found = []
    for child in psutil.Process().children():
        try:
            words = " ".join(child.cmdline())  # a dead one has none
            if "engines.openvino.program" in words and str(home) in words:
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def _has_library(child: psutil.Process) -> bool:
    """It has OpenVINO in memory, and so is past its start; it reads the model from here on."""
    try:
        return any("libopenvino" in part.path for part in child.memory_maps())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def end(child: psutil.Process) -> None:
    """Killed, and seen to be dead: whoever asks the system now is told so."""
    child.kill()
    with suppress(ChildProcessError):  # whoever started it has seen it already
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)


@pytest.fixture
def killing(tmp_path: Path) -> Iterator[Callable[..., Killer]]:
    killers: list[Killer] = []

    def kill(when: str, times: int) -> Killer:
        killers.append(Killer(tmp_path / "home", when, times))
        return killers[-1]

    yield kill
    for killer in killers:
        killer.stop()


@pytest.mark.parametrize("when", ["before", "while"])
async def test_an_engine_killed_once_while_it_loads_is_started_again(
    when: str, converted: Path, opened: Open, tmp_path: Path, killing: Callable[..., Killer]
) -> None:
    folder = kept(converted, tmp_path / "home")
    before, provider = content(folder), opened(TINY, offline=True)
    killer = killing(when, 1)
    assert await asked(provider)
    assert killer.killed == 1
    assert provider.loaded == (f"{TINY.id}@openvino-q8_0",)
    assert content(folder) == before


async def test_an_engine_killed_again_and_again_is_told_and_the_next_request_is_answered(
    converted: Path, opened: Open, tmp_path: Path, killing: Callable[..., Killer]
) -> None:
    folder = kept(converted, tmp_path / "home")
    before, provider = content(folder), opened(TINY, offline=True)
    killer = killing("before", 2)
    with pytest.raises(WeightsUnavailable) as told:
        await asked(provider)
    assert (told.value.reason, killer.killed) == ("engine", 2)
    assert content(folder) == before
    assert await asked(provider)
    assert content(folder) == before


async def test_an_engine_killed_after_it_has_loaded_takes_no_files_with_it(
    converted: Path, opened: Open, tmp_path: Path
) -> None:
    folder = kept(converted, tmp_path / "home")
    before, provider = content(folder), opened(TINY, offline=True)
    said = await asked(provider)
    [child] = engines(tmp_path / "home")
    await asyncio.to_thread(end, child)
    try:
        again = await asked(provider)
    except Unavailable:  # it was handed to the process that had just ended; the next one is not
        again = await asked(provider)
    assert again == said
    assert content(folder) == before


def test_a_file_that_the_engine_does_not_read_is_damaged_only_where_that_shows(converted: Path, tmp_path: Path) -> None:
    """An architecture that it does not know ends its process as a damaged file does."""
    source = tmp_path / "source.gguf"
    source.write_bytes((converted / "openvino-q8_0.gguf").read_bytes().replace(b"llama", b"lamas"))
    folder = kept(converted, tmp_path / "home")
    shutil.rmtree(network_folder(folder / "openvino-q8_0.gguf"), ignore_errors=True)  # an earlier version kept none
    (folder / "openvino-q8_0.gguf").write_bytes(source.read_bytes())
    for reason in ("engine", "damaged"):
        with pytest.raises(WeightsUnavailable) as told:
            OpenVino(folder, "q8_0").load("tiny", 2**40)
        assert told.value.reason == reason
        source.write_bytes(source.read_bytes()[:100])
        (folder / "openvino-q8_0.gguf").write_bytes(source.read_bytes())


FAILURES = [
    (ImportError("cannot import name", name="transformers"), "import", "transformers"),
    (OSError(errno.EIO, "Input/output error"), "unreadable", "EIO"),
    (RuntimeError("something"), "failed", "RuntimeError"),
]


def broken(error: Exception, times: int, works: Callable[..., Any]) -> Callable[..., Any]:
    """A function that raises so often, and then works."""
    left = [error] * times

    def call(*given: Any, **named: Any) -> Any:
        if left:
            raise left.pop()
        return works(*given, **named)

    return call


async def look(provider: HuggingFace) -> object:
    return await provider.encode(TINY, "the quick brown fox")


async def embed(provider: HuggingFace) -> object:
    info = EmbeddingInfo(id="tiny/s", provider="huggingface", name="Tiny", window=tiny_encoders.CONTEXT, local=True)
    return (await provider.embedder(info).embed(["the moon"])).shape


async def rerank(provider: HuggingFace) -> object:
    info = RerankerInfo(id="tiny/c", provider="huggingface", name="Tiny", window=tiny_encoders.CONTEXT, local=True)
    return (await provider.reranker(info).score("the moon", ["the sea"])).shape


async def label(provider: HuggingFace) -> object:
    info = ContrastiveInfo(id="tiny/clip", provider="huggingface", name="Tiny", measure="softmax")
    return len(await provider.labeller(info).label(tiny_vision.picture("red"), ["a red square", "a cat"]))


PATHS: dict[str, tuple[object, str, Callable[[HuggingFace], Any], str, str]] = {
    "torch": (torch_loading, "_network", asked, "models", TINY.id),
    "tokenizer": (whitebox, "load_tokenizer", look, "models", TINY.id),
    "embedding": (encoder_loading, "_sentences", embed, "encoders", "tiny/s"),
    "reranking": (encoder_loading, "CrossEncoder", rerank, "encoders", "tiny/c"),
    "contrastive": (contrastive, "load_processor", label, "encoders", "tiny/clip"),
}
"""Ways on which a model is loaded: where it can fail, what is asked, and where its folder lies."""


def made(way: str, folder: Path, llama_folder: Path) -> Path:
    match way:
        case "embedding":
            folder.mkdir()
            return tiny_encoders.save_sentences(folder)
        case "reranking":
            return tiny_encoders.save_cross_encoder(folder)
        case "contrastive":
            return tiny_vision.save_clip(folder)
    return llama_folder


@pytest.mark.parametrize(("error", "reason", "cause"), FAILURES, ids=["import", "disk", "library"])
@pytest.mark.parametrize("way", PATHS)
async def test_an_error_in_loading_is_told_as_what_it_is_and_the_files_stay(
    way: str,
    error: Exception,
    reason: str,
    cause: str,
    opened: Open,
    tmp_path: Path,
    llama_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, name, ask, root, model = PATHS[way]
    folder = kept(made(way, tmp_path / "made", llama_folder), tmp_path / "home", root, model)
    before, provider = content(folder), opened(TINY, offline=True)
    works = getattr(place, name)
    monkeypatch.setattr(place, name, broken(error, 2, works))
    with pytest.raises(WeightsUnavailable) as told:
        await ask(provider)
    assert (told.value.reason, told.value.values["cause"]) == (reason, cause)
    assert content(folder) == before
    monkeypatch.setattr(place, name, broken(error, 1, works))
    assert await ask(provider)
    assert content(folder) == before
