"""The same prompt over many settings and seeds, all at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from playground.labs.sampling.cells import Cell, Grid
from providers.base import Provider
from providers.types import Request


async def sweep(
    provider: Provider, request: Request, grid: Grid, stop: asyncio.Event, at_once: int | None = None
) -> AsyncGenerator[tuple[Cell, ...]]:
    """All cells as they grow, in the order of `grid.settings` with the seeds innermost."""
    raise NotImplementedError
    yield ()
