"""What tests of visitors share: a clock of their own."""

from __future__ import annotations

import pytest


class Clock:
    """Stands still until its `now` is set, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()
