"""Threads that compute for many callers: their texts share batches, and what nobody waits for is not computed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from providers.errors import Unavailable


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A text as a model reads it: ids, and which of two parts each belongs to."""

    ids: Sequence[int]
    parts: Sequence[int]

    def __len__(self) -> int:
        return len(self.ids)


Row = NDArray[np.float32]
Compute = Callable[[Sequence[EncodedText]], Row]
"""Some texts → one row each."""
TEXTS = 32
TOKENS = 512
"""A batch's texts, and its tokens with padding, at most: nobody waits long for somebody else's, and what a layer works
on stays in the processor's cache."""
_NEAR = 2
"""A batch is filled up with other callers' texts of at least the half of its longest."""


@dataclass(slots=True, eq=False)
class _Submission:
    """A caller's texts; `left` are the places of those not computed yet, the longest last."""

    texts: Sequence[EncodedText]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[list[Row]]
    rows: dict[int, Row] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)


class TextBatcher:
    """`computed` counts the texts computed, so that a test sees work going on after a stop.

    `workers` is how many batches `compute` may be given at once, each in a thread of its own.
    """

    def __init__(self, compute: Compute, name: str, workers: int = 1) -> None:
        self.computed = 0
        self._compute: Compute | None = compute
        self._jobs: list[_Submission] = []
        self._wake = threading.Condition()
        self._closed, self._turn = False, 0
        self._running = workers
        self._threads = [threading.Thread(target=self._run, name=name, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    async def submit(self, texts: Sequence[EncodedText]) -> list[Row]:
        """One row for each text. Cancelling it drops those that are not being computed yet.

        Raises what the computation raises, and `Unavailable` after `close`.
        """
        if not texts:
            return []
        loop = asyncio.get_running_loop()
        job = _Submission(texts, loop, loop.create_future())
        job.left = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        with self._wake:
            if self._closed:
                raise Unavailable(provider="huggingface")
            self._jobs.append(job)
            self._wake.notify_all()
        try:
            return await job.done
        finally:
            with self._wake:
                if job in self._jobs:
                    self._jobs.remove(job)

    def close(self) -> None:
        """End the threads after the batches in progress, and let go of the model."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        if threading.current_thread() not in self._threads:
            for thread in self._threads:
                thread.join()
        self._compute = None

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._closed and not any(job.left for job in self._jobs):
                    self._wake.wait()
                if self._closed:
                    self._running -= 1
                    if not self._running:  # what the others were at is told by then
                        for job in self._jobs:
                            _tell(job, Unavailable(provider="huggingface"))
                    return
                batch = self._next()
            self._work(batch)

    def _work(self, batch: list[tuple[_Submission, int]]) -> None:
        failure: Exception | None = None
        rows: Sequence[Row] = ()
        try:
            assert self._compute is not None
            rows = list(self._compute([job.texts[place] for job, place in batch]))
        except Exception as error:  # noqa: BLE001 - torch raises anything; each caller is told, and the thread goes on
            failure = error
        with self._wake:
            self.computed += len(rows)
            for (job, place), row in zip(batch, rows, strict=False):
                job.rows[place] = row
            for job in {id(job): job for job, _ in batch}.values():
                if failure is not None or len(job.rows) == len(job.texts):
                    if job in self._jobs:
                        self._jobs.remove(job)
                    _tell(job, failure)

    def _next(self) -> list[tuple[_Submission, int]]:
        """The smallest job first, so that a question does not wait for a book; every second turn is the oldest's."""
        self._turn += 1
        waiting = [job for job in self._jobs if job.left]
        first = waiting[0] if self._turn % 2 else min(waiting, key=lambda job: len(job.left))
        batch: list[tuple[_Submission, int]] = []
        longest = len(first.texts[first.left[-1]])
        most = max(1, min(TEXTS, TOKENS // max(1, longest)))
        for job in (first, *(one for one in waiting if one is not first)):
            while job.left and len(batch) < most:
                length = len(job.texts[job.left[-1]])
                if job is not first and not longest <= length * _NEAR <= longest * _NEAR:
                    break
                batch.append((job, job.left.pop()))
        return batch


def _tell(job: _Submission, failure: Exception | None) -> None:
    def tell() -> None:
        if job.done.done():
            return
        if failure is not None:
            job.done.set_exception(failure)
        else:
            job.done.set_result([job.rows[place] for place in range(len(job.texts))])

    if not job.loop.is_closed():
        job.loop.call_soon_threadsafe(tell)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedEncoder:
    """A loaded model: `tokens` for a text or a pair, the pair's second part cut to the window; `engine` computes."""

    engine: TextBatcher
    tokens: Callable[[Sequence[str | tuple[str, str]]], list[EncodedText]]
    memory: int
    """Bytes that it holds."""
    name: str
    """Its number format."""
