"""What keeps an event loop busy: callbacks that took longer than 50 ms, as asyncio's debug mode tells them, without it.

`python tests/benchmarks/slow_callbacks.py app.py …` runs a program and writes a line for each to its standard error.
`serving(folder, root, slow_callbacks.PROGRAM)` serves the page so, and `report(served.log.read_text())` is what it came
to. The program runs in asyncio's own event loop: uvloop's callbacks cannot be timed one by one. In a program's own
process: `with counted() as slow:`.
"""

from __future__ import annotations

import asyncio
import re
import runpy
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 0.05
PROGRAM = (str(Path(__file__).resolve()), "app.py")
"""For `serving`: the page, of whatever tree, with its slow callbacks told in its log."""
_LINE = re.compile(r"^slow callback: (\d+\.\d+) s, (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SlowCallback:
    """`what` is the coroutine or function, and where it stands."""

    seconds: float
    what: str

    def line(self) -> str:
        return f"slow callback: {self.seconds:.3f} s, {self.what}"


@contextmanager
def counted(
    seconds: float = SECONDS, told: Callable[[SlowCallback], object] = lambda one: None
) -> Iterator[list[SlowCallback]]:
    """The callbacks of every event loop of this process that take as long or longer, as they end."""
    run: Callable[[asyncio.Handle], None] = asyncio.Handle._run
    found: list[SlowCallback] = []

    def timed(handle: asyncio.Handle) -> None:
        start = time.perf_counter()
        try:
            run(handle)
        finally:
            if (taken := time.perf_counter() - start) >= seconds:
                found.append(SlowCallback(taken, describe(handle)))
                told(found[-1])

    asyncio.Handle._run = timed  # type: ignore[assignment, method-assign]
    try:
        yield found
    finally:
        asyncio.Handle._run = run  # type: ignore[assignment, method-assign]


def describe(handle: asyncio.Handle) -> str:
    """The coroutine of a task's step, or the function."""
    callback: Any = handle._callback  # type: ignore[attr-defined]
    task = getattr(callback, "__self__", None)
    if not isinstance(task, asyncio.Task):
        return f"{getattr(callback, '__module__', '?')}.{getattr(callback, '__qualname__', repr(callback))}"
    coroutine: Any = task.get_coro()
    code = getattr(coroutine, "cr_code", None)
    place = f" ({code.co_filename}:{code.co_firstlineno})" if code is not None else ""
    return f"{getattr(coroutine, '__qualname__', '?')}{place}"


def read(log: str) -> list[SlowCallback]:
    """Those that a program run by this module has told in its log."""
    return [SlowCallback(float(seconds), what) for seconds, what in _LINE.findall(log)]


def report(log: str) -> str:
    """A line for how many, and one for each kind of callback: how often, how long, the longest; the worst ten."""
    kinds: defaultdict[str, list[float]] = defaultdict(list)
    for one in read(log):
        kinds[one.what].append(one.seconds)
    head = f"callbacks of {SECONDS * 1000:g} ms and more: {sum(map(len, kinds.values()))}"
    worst = sorted(kinds.items(), key=lambda kind: -sum(kind[1]))[:10]
    rows = [f"  {len(each)} × {what}: {sum(each):.2f} s in all, longest {max(each):.2f} s" for what, each in worst]
    return "\n".join([head, *rows])


def main() -> None:
    sys.argv = sys.argv[1:]
    sys.modules["uvloop"] = None  # type: ignore[assignment]  # a server takes it where it is, and asyncio's loop where not
    sys.path[0] = str(Path.cwd())  # as if the program had been started by itself
    with counted(told=lambda one: print(one.line(), file=sys.stderr, flush=True)):
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
