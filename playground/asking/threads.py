"""Blocking work in a thread that is over before anything else happens, even where its caller is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def run_to_end(work: Callable[[], T]) -> T:
    """What `work` returns, run in a thread. A cancellation is passed on only once the thread is done: otherwise a write
    could still happen after it has been undone."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            try:
                await asyncio.wait([running])
            except asyncio.CancelledError:  # once more: it still has to end
                continue
        if not running.cancelled():
            running.exception()
        raise
