"""What is added to a folder of an earlier version once it is measured, and what it no longer needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from providers.adapters.huggingface.weights.completing import EXACT, Completer, lacks_measures
from providers.adapters.huggingface.weights.files import has_every_file
from providers.adapters.huggingface.weights.record import WeightsRecord, read_record
from providers.adapters.huggingface.weights.ticket import Ticket

SPEEDS = {"llamacpp-q8_0": {"one": 9.0, "eight": 9.0, "prompt": 9.0}}
RECORD = WeightsRecord(
    id="tiny/old",
    source="package",
    origin="tiny==1",
    date="2026-11-28T19:40:50+00:00",
    bytes=1,
    files={"openvino-f16.gguf": 4, "openvino-q8_0.gguf": 4},
    digests={"openvino-f16.gguf": "1", "openvino-q8_0.gguf": "2"},
    nll={"reference": 3.0, "openvino-q8_0": 3.0, "openvino-f16": 3.0, "llamacpp-q8_0": 3.0},
    speeds=SPEEDS,
    form=2,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in RECORD.files:
        (tmp_path / name).write_bytes(b"GGUF")
    RECORD.write(tmp_path)
    return tmp_path


class Certifier:
    """In the place of the program that measures."""

    def __init__(self, found: Mapping[str, float]) -> None:
        self.found, self.times = found, 0

    def certify(self, call: object, folder: Path, ticket: Ticket, *given: str) -> None:
        self.times += 1
        told = {"prompts": [], "nll": dict(self.found), "speeds": SPEEDS if self.found else {}}
        (folder / "fidelity.json").write_text(json.dumps(told), "utf-8")


def measure(folder: Path, certifier: Certifier) -> WeightsRecord:
    Completer(cast(Any, certifier), lambda name, ticket: nullcontext()).measure(folder, Ticket())
    return read_record(folder) or pytest.fail("the record is gone")


def test_once_the_exact_one_in_8_bits_is_measured_that_in_16_is_given_up(folder: Path) -> None:
    assert lacks_measures(folder)
    record = measure(folder, Certifier({EXACT: 3.001}))
    assert set(record.files) == set(record.digests) == {"openvino-q8_0.gguf"}
    assert not (folder / "openvino-f16.gguf").exists() and has_every_file(folder, record)
    assert not lacks_measures(folder)


@pytest.mark.parametrize("found", [{EXACT: 3.5}, {}], ids=["it strays", "it cannot be measured"])
def test_else_it_stays_and_is_not_tried_again(folder: Path, found: dict[str, float]) -> None:
    certifier = Certifier(found)
    assert measure(folder, certifier).files == RECORD.files
    assert (folder / "openvino-f16.gguf").exists() and not lacks_measures(folder)
    measure(folder, certifier)
    assert certifier.times == 1


def test_speeds_that_are_missing_are_measured(folder: Path) -> None:
    replace(RECORD, speeds={}, nll={**RECORD.nll, EXACT: 3.0}).write(folder)
    assert lacks_measures(folder)
