"""A library for each test, and the process that reads files for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.tabs.rag.lab.parsing import Parsers
from playground.tabs.rag.visit.visits import RagVisits
from tests.playground.tabs.rag.libraries import library_of


@pytest.fixture(scope="session")
def parsers() -> Iterator[Parsers]:
    """One process for all, as the page has it; what such a process is, `lab/test_parsing.py` sees on its own."""
    made = Parsers()
    yield made
    asyncio.run(made.aclose())


@pytest.fixture
def library(tmp_path: Path, parsers: Parsers) -> RagVisits:
    return library_of(tmp_path, parsers)
