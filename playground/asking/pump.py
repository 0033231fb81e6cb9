"""The one way to wait: the latest state of some work, at a pace that can be watched, until it ends or is stopped."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

V = TypeVar("V")
REDRAW = 0.05
"""Seconds between two states at least: 20 a second."""
HEARTBEAT = 0.25
"""Seconds after which whoever waits hears something all the same, so that a closed page is noticed."""


async def pump(
    work: Coroutine[object, object, object],
    snapshot: Callable[[], V],
    changed: asyncio.Event,
    stop: asyncio.Event | None = None,
    pause: Callable[[], float] = lambda: REDRAW,
) -> AsyncGenerator[V]:
    """`snapshot()` at once and after each change, as long as the work goes on; while nothing changes, every 0.25 s.

    `changed` is set by the work whenever there is something new; between two snapshots there are at least `pause()`
    seconds. When the work has ended, no further snapshot is given: its last state is the caller's to tell. Setting
    `stop` or closing the generator cancels the work, and waits until it has let go. What the work raises is raised.
    """
    changed.set()
    async with aclosing(_pump(work, snapshot, changed, stop or asyncio.Event(), pause)) as snapshots:
        async for one in snapshots:
            yield one


async def follow(source: AsyncGenerator[V], latest: V, stop: asyncio.Event) -> AsyncGenerator[V]:
    """Every value of `source`; while it yields nothing, the latest again every 0.25 s, at first `latest`.

    Closing it or setting `stop` closes `source` at once, wherever it waits. Raises what `source` raises.
    """
    changed, taken = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        nonlocal latest
        async with aclosing(source):
            async for value in source:
                latest = value
                taken.clear()
                changed.set()
                await taken.wait()

    def take() -> V:
        taken.set()
        return latest

    async with aclosing(_pump(work(), take, changed, stop, lambda: 0.0)) as values:
        async for one in values:
            yield one


async def _pump(
    work: Coroutine[object, object, object],
    snapshot: Callable[[], V],
    changed: asyncio.Event,
    stop: asyncio.Event,
    pause: Callable[[], float],
) -> AsyncGenerator[V]:
    clock, last = asyncio.get_running_loop().time, -math.inf
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    ends: set[asyncio.Future[Any]] = {working, stopping}
    try:
        while True:
            await _wait(ends, changed, last + pause() - clock())
            if working.done() or stopping.done():
                break
            changed.clear()
            last = clock()
            yield snapshot()
        await _end(working)
        if not working.cancelled() and (error := working.exception()) is not None:
            raise error
    finally:
        await _end(working)
        await _end(stopping)


async def beats(task: asyncio.Future[Any]) -> AsyncGenerator[None]:
    """Something every 0.25 s until the task is done; closing cancels it."""
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=HEARTBEAT)
            yield
    finally:
        await _end(task)


async def _wait(ends: set[asyncio.Future[Any]], changed: asyncio.Event, pause: float) -> None:
    """Until one of the ends has come, or something has changed and the pause is over; 0.25 s at most."""
    beat = asyncio.get_running_loop().time() + HEARTBEAT
    if pause > 0 and (await asyncio.wait(ends, timeout=pause, return_when=asyncio.FIRST_COMPLETED))[0]:
        return
    changing = asyncio.ensure_future(changed.wait())
    try:
        left = max(beat - asyncio.get_running_loop().time(), 0)
        await asyncio.wait({*ends, changing}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
    finally:
        changing.cancel()


async def _end(task: asyncio.Future[Any]) -> None:
    task.cancel()
    await asyncio.wait({task})
