"""Tests of pace that no busy machine disturbs: a clock that stands still while there is work to do."""

from __future__ import annotations

import asyncio
import functools
import selectors
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
GRACE = 0.02
"""Real seconds in which what was sent over a socket arrives before a clock that waits for it jumps."""


class _Selector(selectors.DefaultSelector):
    """Never waits for time to pass: it notes how far it would have passed."""

    def __init__(self, grace: float) -> None:
        super().__init__()
        self.passed = 0.0
        self.working = 0
        """Threads that are at work for the loop: time waits for them."""
        self._grace = grace

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or self.working:
            return super().select(timeout)
        found = super().select(min(timeout, self._grace))
        if not found:
            self.passed += max(timeout, 0.0)
        return found


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, grace: float) -> None:
        self._virtual = _Selector(grace)
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.passed

    def run_in_executor(self, executor: Any, func: Callable[..., Result], *args: Any) -> asyncio.Future[Result]:  # type: ignore[override]
        self._virtual.working += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _: object) -> None:
        self._virtual.working -= 1


def loop() -> asyncio.SelectorEventLoop:
    """For tests that talk to a server in the same loop: `loop.time()` begins at 0 and jumps from timer to timer, once
    nothing is on its way and no thread is at work."""
    return _Loop(GRACE)


def run(main: Coroutine[object, object, Result]) -> Result:
    """What `main` returns. Its `loop.time()` begins at 0 and jumps from timer to timer."""
    with asyncio.Runner(loop_factory=lambda: _Loop(0)) as runner:
        return runner.run(main)


def virtual(test: Callable[Parameters, Coroutine[object, object, None]]) -> Callable[Parameters, None]:
    """For a single test, as a decorator."""

    @functools.wraps(test)
    def timed(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        run(test(*args, **kwargs))

    return timed


@contextmanager
def time_stands_still() -> Iterator[None]:
    """What is computed elsewhere comes while the virtual clock waits."""
    over = threading.Event()
    asyncio.get_running_loop().run_in_executor(None, over.wait)
    try:
        yield
    finally:
        over.set()
