"""A request at work: what its engine's thread knows of it, and the reader's end of the line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable

from providers.adapters.huggingface.engines.base import GenerationStep, Job
from providers.adapters.huggingface.tokens import Codec, Detokenizer, StopStrings
from providers.types import Finish

Drawn = tuple[int, float]
"""A token and its log-probability, of which the reader makes a step: text costs time that an engine can do without."""
Item = GenerationStep | Drawn | BaseException


class EngineRun:
    """Made in the reader's event loop. `step` belongs to one side: the engine, or the reader of what is drawn."""

    def __init__(self, job: Job, codec: Codec) -> None:
        self.job = job
        self.generated: list[int] = []
        self.cancelled = False
        self.ended = False
        self._codec = codec
        self._text = Detokenizer(codec, job.prompt)
        self._stops = StopStrings(job.sampling.stop)
        self._loop = asyncio.get_running_loop()
        self._line: asyncio.Queue[Item] = asyncio.Queue()

    async def steps(self) -> AsyncGenerator[GenerationStep]:
        """Steps as they come, the last with its finish."""
        while True:
            item = await self._line.get()
            if isinstance(item, BaseException):
                raise item
            step = item if isinstance(item, GenerationStep) else self.step(*item)
            yield step
            if step.finish is not None:
                return

    def step(self, token: int, logprob: float, alternatives: tuple[tuple[str, float], ...] = ()) -> GenerationStep:
        """The next token's step: its text, and whether it is the last."""
        self.generated.append(token)
        text, finish = self._text_of(token)
        return GenerationStep(token, text, logprob, alternatives, finish)

    def _text_of(self, token: int) -> tuple[str, Finish | None]:
        if token in self._codec.ends:
            return self._stops.rest(), "stop"
        text, stopped = self._stops.push(self._text.push(token))
        if stopped:
            return text, "stop"
        if len(self.generated) >= self.job.max_tokens:
            return text + self._stops.rest(), "length"
        return text, None


def deliver(items: Iterable[tuple[EngineRun, Item]]) -> None:
    """Hand everything over, with one call an event loop: a call for each would cost more than a token."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[EngineRun, Item]]] = {}
    for run, item in items:
        run.ended = isinstance(item, BaseException) or (isinstance(item, GenerationStep) and item.finish is not None)
        by_loop.setdefault(run._loop, []).append((run, item))
    for loop, batch in by_loop.items():
        try:
            loop.call_soon_threadsafe(_put, batch)
        except RuntimeError:  # the readers' event loop has closed: nobody will read
            for run, _ in batch:
                run.cancelled = True


def _put(batch: list[tuple[EngineRun, Item]]) -> None:
    for run, item in batch:
        run._line.put_nowait(item)
