"""A model without weights that can be looked into."""

from __future__ import annotations

import pytest

from providers.adapters.scripted import Scripted


@pytest.fixture
def box() -> Scripted:
    return Scripted()
