"""What a GGUF file becomes is worked out once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from providers.adapters.huggingface.weights.files import sha256_of
from providers.adapters.huggingface.weights.making import HasWeights, Maker
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.types import Progress


@pytest.fixture(scope="package")
def conversions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What files became, in folders named by their digests."""
    return tmp_path_factory.mktemp("conversions")


@pytest.fixture
def converted_once(conversions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has this process convert a file that it has converted before is given a copy: the programs that convert
    and measure take ten seconds of a processor. For tests of what comes before and after.
    """
    convert = Maker._convert

    def convert_once(maker: Maker, file: Path, model: HasWeights, scratch: Path, ticket: Ticket) -> Path:
        known = conversions / sha256_of(file)
        if known.is_dir():
            ticket.report(Progress(stage="convert"))
            return Path(shutil.copytree(known, scratch / "dense"))
        made = convert(maker, file, model, scratch, ticket)
        shutil.copytree(made, known)
        return made

    monkeypatch.setattr(Maker, "_convert", convert_once)
