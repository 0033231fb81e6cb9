"""The same prompt over many settings and seeds, all at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, Literal, assert_never

from playground.asking.ask import Outgoing, ask
from playground.asking.pump import pump
from playground.tabs.sampling.lab.cells import MAX_CELLS, Grid, SweepCell
from playground.tabs.sampling.lab.statistics import distinct
from providers.base import Provider
from providers.errors import Failure, PlaygroundError
from providers.types import (
    Change,
    Done,
    Event,
    Progress,
    ReasoningDelta,
    Request,
    TextDelta,
    TextWasReasoning,
    TokenLogprobs,
)

REMOTE_AT_ONCE = 4
"""Requests that a vendor gets at the same time: more of them run into its rate limit."""
REDRAW = 0.1
"""Seconds between two snapshots: ten a second."""

log = logging.getLogger(__name__)


async def sweep(
    provider: Provider, request: Request, grid: Grid, stop: asyncio.Event, at_once: int | None = None
) -> AsyncGenerator[tuple[SweepCell, ...]]:
    """All cells as they grow, in the order of `grid.cells`; the last snapshot has them all ended.

    An engine of this computer gets them all together, to compute them in one batch; a vendor four at a time. Each goes
    through `fit`, and its differences are the cell's `changes`. A cell that fails leaves the others alone. Closing the
    generator or setting `stop` ends all of them at once.
    """
    run = _Sweep(provider, request, list(grid.cells))
    work = run.work(at_once or (MAX_CELLS if request.model.local else REMOTE_AT_ONCE))
    async with aclosing(pump(work, lambda: tuple(run.cells), run.changed, stop, lambda: REDRAW)) as snapshots:
        async for snapshot in snapshots:
            yield snapshot
    yield tuple(_end(cell, "stopped") if cell.running else cell for cell in run.cells)


@dataclass(slots=True)
class _Sweep:
    """`cells` is replaced in place as the runs go on."""

    provider: Provider
    request: Request
    cells: list[SweepCell]
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self, at_once: int) -> None:
        """Make the model ready, once, then run all cells. Raises nothing but cancellation."""
        if not await self._try(range(len(self.cells)), self._prepare()):
            return
        places = asyncio.Semaphore(at_once)
        async with asyncio.TaskGroup() as together:
            for place in range(len(self.cells)):
                together.create_task(self._run(place, places))

    async def _prepare(self) -> None:
        async for progress in self.provider.prepare(self.request.model):
            self.cells = [replace(cell, progress=progress) for cell in self.cells]
            self.changed.set()
        self.cells = [replace(cell, progress=None) for cell in self.cells]

    async def _run(self, place: int, places: asyncio.Semaphore) -> None:
        async with places:
            await self._try(range(place, place + 1), self._answer(place))

    async def _try(self, places: range, work: Coroutine[None, None, None]) -> bool:
        """Do the work of these cells; what goes wrong is theirs alone. Whether it went well."""
        try:
            await work
            return True
        except PlaygroundError as error:
            failure = Failure.of(error)
        except Exception as error:  # noqa: BLE001 - a defect in one run must not take the other cells with it
            failure = Failure.of_defect(error, f"a cell of {self.request.model.ref}", log)
        for place in places:
            self._change(place, replace(_end(self.cells[place], "failed"), failure=failure))
        return False

    async def _answer(self, place: int) -> None:
        tally = _Tally()
        async with aclosing(ask(self.provider, self._request(self.cells[place]))) as events:
            async for event in events:
                self._change(place, _with(self.cells[place], event, tally))

    def _change(self, place: int, cell: SweepCell) -> None:
        self.cells[place] = cell
        self.changed.set()

    def _request(self, cell: SweepCell) -> Request:
        changed: dict[str, Any] = {"temperature": cell.setting.temperature, **dict(cell.setting.others)}
        sampling = replace(self.request.sampling, seed=cell.seed, **changed)
        return replace(self.request, sampling=sampling, logprobs=0 if self.request.model.logprobs else None)


@dataclass(slots=True)
class _Tally:
    """What has come of one cell: pieces of text, and log-probabilities."""

    pieces: int = 0
    logprobs: list[float] = field(default_factory=list)

    @property
    def mean(self) -> float | None:
        mean = sum(self.logprobs) / len(self.logprobs) if self.logprobs else None
        return mean if mean is not None and isfinite(mean) else None


def _with(cell: SweepCell, event: Event | Outgoing, tally: _Tally) -> SweepCell:
    match event:
        case TextDelta(text):
            tally.pieces += 1
            tokens = len(tally.logprobs) or tally.pieces
            return replace(cell, state="streaming", text=cell.text + text, tokens=tokens, progress=None)
        case TokenLogprobs(tokens):
            tally.logprobs += [token.logprob for token in tokens]
            return replace(cell, tokens=len(tally.logprobs), mean_logprob=tally.mean)
        case ReasoningDelta():
            return replace(cell, state="streaming", progress=None)
        case TextWasReasoning():
            tally.pieces = 0
            tally.logprobs.clear()
            return replace(cell, text="", tokens=0, mean_logprob=None)
        case Outgoing():
            return replace(cell, progress=None)
        case Progress():
            return replace(cell, progress=event)
        case Change():
            return replace(cell, changes=(*cell.changes, event))
        case Done(finish=finish, usage=usage, engine=engine):
            return replace(_end(cell, "done"), finish=finish, tokens=usage.output_tokens, engine=engine)
        case _:
            assert_never(event)


def _end(cell: SweepCell, state: Literal["done", "stopped", "failed"]) -> SweepCell:
    """With the statistics of its own text."""
    one, two = distinct([cell.text], 1), distinct([cell.text], 2)
    return replace(cell, state=state, distinct_1=one, distinct_2=two, progress=None)
