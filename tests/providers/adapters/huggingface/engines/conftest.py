"""A tiny Llama that goes the whole way once: a GGUF file, rewritten and measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from providers.adapters.huggingface.weights import convert_program
from providers.adapters.huggingface.weights.certify_program import certify
from tests.providers.adapters.huggingface import tiny


@pytest.fixture(scope="package")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_gguf(tmp_path_factory.mktemp("source") / "tiny.gguf")


@pytest.fixture(scope="package")
def folder(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("made") / "tiny"
    convert_program.convert(source, made, ("q8_0", "f16"))  # an earlier version kept both
    certify(made)
    return made
