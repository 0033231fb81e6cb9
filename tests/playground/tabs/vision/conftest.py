"""What programs say of pictures, asked once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import JsonValue

from playground.asking.images import clean
from playground.asking.images.bounded import BoundedProgram, run_program
from playground.asking.images.serving import ProgramAnswer
from playground.tabs.vision.lab import ocr

_ANSWERS = dict[tuple[str, str, bytes], ProgramAnswer]()


async def run_once(program: BoundedProgram, settings: Mapping[str, JsonValue], content: bytes) -> ProgramAnswer:
    """The same answer about the same bytes: starting a program takes a second, reading a picture several."""
    asked = program.module, str(settings), content
    if asked not in _ANSWERS:
        _ANSWERS[asked] = await run_program(program, settings, content)
    return _ANSWERS[asked]


@pytest.fixture
def answered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what is made of the answers; those of the programs themselves ask them."""
    for module in (clean, ocr):
        monkeypatch.setattr(module, "run_program", run_once)
