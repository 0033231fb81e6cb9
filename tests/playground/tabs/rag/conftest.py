"""A library for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.tabs.rag.visit.visits import RagVisits
from tests.playground.tabs.rag.libraries import library_of


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[RagVisits]:
    made = library_of(tmp_path)
    yield made
    await made.parsers.aclose()
