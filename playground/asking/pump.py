"""The one way to wait: the latest state of some work, at a pace that can be watched, until it ends or is stopped."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
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
    urgent: asyncio.Event | None = None,
) -> AsyncGenerator[V]:
    """`snapshot()` at once and after each change, as long as the work goes on; while nothing changes, every 0.25 s.

    `changed` is set by the work whenever there is something new; between two snapshots there are `pause()` seconds (see
    `_due`) or more, unless the work has set `urgent` too, for what is not to wait. When the work has ended, no further
    snapshot is given: its last state is the caller's to tell. Setting `stop` or closing the generator cancels the work,
    and waits until it has let go. What the work raises is raised.
    """
    changed.set()
    news = _News(changed, urgent or asyncio.Event())
    async with aclosing(_pump(work, snapshot, news, stop or asyncio.Event(), pause)) as snapshots:
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

    async with aclosing(_pump(work(), take, _News(changed, asyncio.Event()), stop, lambda: 0.0)) as values:
        async for one in values:
            yield one


@dataclass(frozen=True, slots=True)
class _News:
    """What wakes who waits. One event that a timer sets costs a fraction of a task for each wait."""

    changed: asyncio.Event
    urgent: asyncio.Event

    def take(self) -> None:
        self.changed.clear()
        self.urgent.clear()

    def end(self, _: object) -> None:
        self.urgent.set()
        self.changed.set()

    async def wait(self, pause: float) -> None:
        """Until something has changed and the pause is over, or something urgent has; 0.25 s at most."""
        clock = asyncio.get_running_loop().time
        beat = clock() + HEARTBEAT
        if pause > 0:
            await _set_within(self.urgent, pause)
        await _set_within(self.changed, max(beat - clock(), 0))


async def _pump(
    work: Coroutine[object, object, object],
    snapshot: Callable[[], V],
    news: _News,
    stop: asyncio.Event,
    pause: Callable[[], float],
) -> AsyncGenerator[V]:
    clock, last = asyncio.get_running_loop().time, -math.inf
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    for end in (working, stopping):
        end.add_done_callback(news.end)
    try:
        while True:
            await news.wait(_due(last, pause()) - clock())
            if working.done() or stopping.done():
                break
            news.take()
            last = clock()
            yield snapshot()
        await _end(working)
        if not working.cancelled() and (error := working.exception()) is not None:
            raise error
    finally:
        await _end(working)
        await _end(stopping)


def _due(last: float, pause: float) -> float:
    """When the snapshot after one at `last` is due. Where several are watched, which makes the pauses longer, at the
    multiple of `pause` that is nearest to a pause later.

    So all who wait equally long are drawn at the same moments. That takes far less of a processor than one after the
    other, each of which begins with empty caches where a model computes meanwhile, and interrupts it.
    """
    if pause <= REDRAW or math.isinf(last):
        return last + pause
    return math.floor(last / pause + 1.5) * pause


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    """Wait until it is set, which happens by itself after so many seconds."""
    if event.is_set():
        return
    timer = asyncio.get_running_loop().call_later(seconds, event.set)
    try:
        await event.wait()
    finally:
        timer.cancel()


async def beats(task: asyncio.Future[Any]) -> AsyncGenerator[None]:
    """Something every 0.25 s until the task is done; closing cancels it."""
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=HEARTBEAT)
            yield
    finally:
        await _end(task)


async def _end(task: asyncio.Future[Any]) -> None:
    task.cancel()
    await asyncio.wait({task})
