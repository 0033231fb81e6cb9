"""Replies side by side: one question, several models, none of which waits for another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, replace

from playground.asking.answer import answer
from playground.asking.pump import REDRAW, pump
from playground.asking.reply import Reply
from providers.base import Provider
from providers.errors import Failure, PlaygroundError
from providers.types import Request

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ColumnRequest:
    """Whom to ask what. `sources` name the passages that the request quotes."""

    provider: Provider
    request: Request
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyColumn:
    """One model's part of a turn. `begun` is the text to continue.

    `open` reaches the model and makes its request; what it opens is held until the reply has ended, and what it raises
    is the reply's failure.
    """

    model: str
    open: Callable[[], AbstractAsyncContextManager[ColumnRequest]]
    begun: str = ""

    @classmethod
    def of(cls, provider: Provider, request: Request) -> ReplyColumn:
        """Of a model that is open already."""
        return cls(request.model.ref, lambda: nullcontext(ColumnRequest(provider, request)))


async def side_by_side(
    columns: Sequence[ReplyColumn], stop: asyncio.Event, pause: Callable[[], float] = lambda: REDRAW
) -> AsyncGenerator[tuple[Reply, ...]]:
    """The replies of all columns as they grow, at most 20 times a second (see `pause`) and at least four when idle;
    the first words of each at once.

    Closing it or setting `stop` ends all of them at once. One column's failure leaves the others alone.
    """
    latest = [Reply(model=column.model, text=column.begun) for column in columns]
    changed, urgent = asyncio.Event(), asyncio.Event()

    async def run(place: int, column: ReplyColumn) -> None:
        try:
            async with column.open() as asked, aclosing(answer(asked.provider, asked.request, column.begun)) as replies:
                async for reply in replies:
                    if reply.state == "streaming" and latest[place].state == "waiting":
                        urgent.set()
                    latest[place] = replace(reply, sources=asked.sources) if asked.sources else reply
                    changed.set()
        except PlaygroundError as error:  # `answer` raises none: it could not be opened
            record_failure(place, Failure.of(error))
        except Exception as error:  # noqa: BLE001 - a defect in one adapter must not take the other columns with it
            record_failure(place, Failure.of_defect(error, f"column {column.model}", log))

    def record_failure(place: int, failure: Failure) -> None:
        latest[place] = replace(latest[place], state="failed", failure=failure, progress=None)
        changed.set()

    async def run_all() -> None:
        async with asyncio.TaskGroup() as together:
            for place, column in enumerate(columns):
                together.create_task(run(place, column))

    async with aclosing(pump(run_all(), lambda: tuple(latest), changed, stop, pause, urgent)) as snapshots:
        async for snapshot in snapshots:
            yield snapshot
    yield tuple(reply.settle() for reply in latest)
