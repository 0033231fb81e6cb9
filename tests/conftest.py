"""What tests of several folders share: their lanes, how many workers run them, the folder that keeps real models."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from platformdirs import user_cache_path
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from playground.web.stubs import without_stubs
from tests.lanes import ROOT, is_quick, is_slow_place

gc.disable()
"""Until all tests are found: what is imported for them is no garbage; looking through it took a third of the time."""

os.environ.setdefault("OMP_NUM_THREADS", "1")
"""Before anything computes: threads cost tiny models far more than they save, and there are several workers."""

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("any machine"), max_examples=25)
settings.load_profile("any machine")

WORKERS, QUICK_WORKERS = 4, 2
"""For the whole suite, on two cores: each waits half of its time, for a page, for a process, for a clock. Each wants
memory for its models, its page and its browser. Quick tests wait for nothing, and each worker imports all of them."""
FIRST = (
    "tests/test_style.py",
    "tests/providers/adapters/huggingface",
    "tests/browser",
    "tests/playground/web/test_canary.py",
    "tests/playground/tabs/models",
)
"""What takes longest for each test begins first: no worker is left alone with it in the end."""
TOGETHER = (
    ("tests/browser/test_models*.py",),
    ("tests/playground/tabs/*/test_api.py",),
    ("tests/playground/tabs/models/test_*.py", "tests/playground/tabs/sampling/test_real.py"),
    ("tests/test_architecture.py", "tests/playground/web/test_scripts.py", "tests/providers/test_importing.py"),
    ("tests/providers/adapters/huggingface/engines/*", "tests/providers/adapters/huggingface/weights/*"),
    (
        "tests/providers/adapters/huggingface/*",
        "tests/providers/adapters/test_openai.py",
        "tests/providers/test_embedding_contract.py",
    ),
)
"""Files that share what costs more than most of their tests, on one worker: a page in a process of its own, the real
models in memory, every source file of ours, parsed, or PyTorch, which the worker imports, and a process that it starts
to build models: eighteen seconds of a processor. A file belongs to the first of these that names it."""

COLLECTED = pytest.StashKey[tuple[pytest.Function, ...]]()
"""What was found before a lane was chosen from it."""


def pytest_configure(config: pytest.Config) -> None:
    """What runs all the time tries fewer examples of a property than what decides: 25 of 100, where none are named."""
    if config.option.markexpr == "quick":
        settings.load_profile("quick")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """No workers for files that are named: starting them would take longer than they save."""
    named = [Path(argument.partition("::")[0]).is_file() for argument in config.args]
    if named and all(named):
        return 0
    return QUICK_WORKERS if config.option.markexpr == "quick" else WORKERS


class ByFileOrPage(LoadFileScheduling):  # type: ignore[misc]
    """A file of tests stays on one worker, and what is `TOGETHER` on one, one after the other."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((files[0] for files in TOGETHER if any(fnmatchcase(file, one) for one in files)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFileOrPage | None:
    return ByFileOrPage(config, log) if config.option.dist == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Tests that import Gradio by themselves do as the page does."""
    with without_stubs():
        return (yield)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The quick lane does not import what it would leave out."""
    if config.option.markexpr == "quick" and is_slow_place(place_of(collection_path)):
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if is_quick(place_of(item.path), fixtures, long=item.get_closest_marker("long") is not None):
            item.add_marker("quick")
    config.stash[COLLECTED] = tuple(item for item in items if isinstance(item, pytest.Function))
    items.sort(key=lambda item: turn(place_of(item.path)))


def pytest_collection_finish() -> None:
    """What was imported stays; from now on garbage is looked for among what tests make."""
    gc.freeze()
    gc.enable()


def turn(place: str) -> int:
    return next((number for number, first in enumerate(FIRST) if place.startswith(first)), len(FIRST))


@cache
def place_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def default_home() -> Path:
    """The folder whose `models` holds the default model once some test has asked for it."""
    chosen = os.environ.get("PLAYGROUND_TEST_HOME")
    return Path(chosen) if chosen else user_cache_path("aula-tests")


@pytest.fixture(scope="session")
def model_home() -> Path:
    """A `PLAYGROUND_HOME` that reruns share. It may still be empty: preparing the default model fills it."""
    home = default_home()
    home.mkdir(parents=True, exist_ok=True)
    return home
