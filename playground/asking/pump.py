"""Waiting that can be given up at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import TypeVar

V = TypeVar("V")
HEARTBEAT = 0.25
"""Seconds after which whoever waits hears something all the same, so that a closed page is noticed."""


async def beating(source: AsyncGenerator[V], latest: V, stop: asyncio.Event) -> AsyncGenerator[V]:
    """What `source` yields, and while it yields nothing, the latest again every 0.25 s, at first `latest`.

    Closing it or setting `stop` closes `source` at once, wherever it waits.
    """
    stopping = asyncio.create_task(stop.wait())
    coming: asyncio.Task[V] | None = None
    try:
        while not stopping.done():
            coming = coming or asyncio.create_task(_next(source))
            await asyncio.wait({coming, stopping}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            if coming.done() and not stopping.done():
                try:
                    latest = coming.result()
                except StopAsyncIteration:
                    return
                coming = None
            if not stopping.done():
                yield latest
    finally:
        tasks = {stopping} if coming is None else {stopping, coming}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await source.aclose()


async def _next(source: AsyncGenerator[V]) -> V:
    return await anext(source)
