"""How often what grows is redrawn."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

REDRAW = 0.2
"""Seconds between two pictures: everything is sent whole."""
T = TypeVar("T")


async def throttle(snapshots: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """The snapshots, at most five a second, and always the last one. Closes what it reads."""
    drawn = 0.0
    waiting: T | None = None
    async with aclosing(snapshots):
        async for snapshot in snapshots:
            waiting, now = snapshot, time.monotonic()
            if now - drawn >= REDRAW:
                drawn, waiting = now, None
                yield snapshot
    if waiting is not None:
        yield waiting
