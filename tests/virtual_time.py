"""Tests of pace that no busy machine disturbs: a clock that stands still while there is work to do."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import TypeVar

Result = TypeVar("Result")


class _Selector(selectors.DefaultSelector):
    """Never waits for time to pass: it notes how far it would have passed."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(timeout if timeout is None else 0)
        if not found:
            self.passed += max(timeout or 0.0, 0.0)
        return found


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.passed


def run(main: Coroutine[object, object, Result]) -> Result:
    """What `main` returns. Its `loop.time()` begins at 0 and jumps from timer to timer; threads get no time at all."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main)
