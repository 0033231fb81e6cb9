"""A request at work: what its engine's thread knows of it, and the reader's end of the line."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from providers.adapters.huggingface.engines.base import GenerationStep, Job
from providers.adapters.huggingface.growing_text import Detokenizer, StopStrings
from providers.adapters.huggingface.thoughts import ThoughtReader
from providers.adapters.huggingface.tokens import Codec
from providers.base import Deadlines
from providers.errors import Timeout
from providers.types import Finish

_HEAD = 8
"""Tokens at the end of a prompt in which the head of a message lies, if the reply is to go on after one."""
Drawn = tuple[int, float] | tuple[int, float, tuple[tuple[int, float], ...]]
"""A token and its log-probability, and those of the likeliest where they were asked for. The reader makes a step of it:
text costs time that an engine can do without."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The engine has come to the end of a reply: by a mark that the codec does not know, or within a character."""

    finish: Finish


Given = GenerationStep | Drawn | Ended | BaseException
Item = Given | None
"""What comes from the engine; `None` is a sign of life, of which the reader hears nothing."""


class Restartable(Protocol):
    """An engine, as a reader sees it that waits in vain. Neither call blocks."""

    def silence(self, deadlines: Deadlines) -> float:
        """Seconds for which it may give no sign of life as things stand."""
        ...

    def restart(self, run: EngineRun, seconds: float) -> None:
        """End what has been silent for so long, tell all whom it serves (`stall_timeout`), and start it anew.

        Nothing happens where it no longer serves `run`: somebody else was first.
        """
        ...


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
        self._thoughts = ThoughtReader(codec.thoughts, codec.decode(job.prompt[-_HEAD:], special=True))
        self._loop = asyncio.get_running_loop()
        self._line: deque[Given] = deque()
        self._coming: asyncio.Future[None] | None = None
        """The reader waits for it."""
        self._heard = self._loop.time()
        """When the engine last gave a sign of life."""
        self._end = self._heard + job.deadlines.total

    async def next_step(self, engine: Restartable) -> GenerationStep:
        """The one that comes next, the last with its finish. Under the job's deadlines: see `Engine.submit`."""
        item = self._line.popleft() if self._line else await self._next(engine)
        if isinstance(item, BaseException):
            raise item
        return self._step_of(item)

    def _step_of(self, item: GenerationStep | Drawn | Ended) -> GenerationStep:
        match item:
            case GenerationStep():
                return item
            case Ended(finish):
                token = min(self._codec.ends, default=0)
                return GenerationStep(token, self._stops.rest(), 0.0, finish=finish, said=False)
            case (token, logprob, best):
                return self.step(token, logprob, tuple((self._codec.piece(one), value) for one, value in best))
            case (token, logprob):
                return self.step(token, logprob)

    async def _next(self, engine: Restartable) -> Given:
        """What is in the line, or comes. Only the waiting counts, not what the reader does in between.

        How long the engine may be silent depends on all whom it serves: that is looked into once the shortest time that
        is allowed has passed, and not with every token.
        """
        waiting_since, deadlines = self._loop.time(), self.job.deadlines
        silence = min(deadlines.first_token, deadlines.between_tokens)
        while not self._line:
            limit = max(self._heard, waiting_since) + silence
            await self._arrival(min(limit, self._end))
            if self._line:
                break
            if self._end <= limit:
                raise Timeout("total", provider="huggingface", seconds=deadlines.total)
            allowed = engine.silence(deadlines)
            if max(self._heard, waiting_since) + allowed <= limit:
                engine.restart(self, silence)
                await self._arrival()  # whoever has restarted it has told everybody
                break
            silence = allowed
        return self._line.popleft()

    async def _arrival(self, limit: float | None = None) -> None:
        """Until something is in the line, or that moment has come."""
        if self._line:
            return
        self._coming = self._loop.create_future()
        timer = self._loop.call_at(limit, self._wake) if limit is not None else None
        try:
            await self._coming
        finally:
            self._coming = None
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._coming is not None and not self._coming.done():
            self._coming.set_result(None)

    def _hear(self, item: Item, now: float) -> None:
        """In the reader's event loop."""
        self._heard = now
        if item is not None:
            self._line.append(item)
            self._wake()

    def step(self, token: int, logprob: float, alternatives: tuple[tuple[str, float], ...] = ()) -> GenerationStep:
        """The next token's step: its text, and whether it is the last."""
        self.generated.append(token)
        text, finish = self._text_of(token)
        return GenerationStep(token, text, logprob, alternatives, finish, self._thoughts.said)

    def _text_of(self, token: int) -> tuple[str, Finish | None]:
        if token in self._codec.ends:
            return self._stops.rest(), "stop"
        text, mark = self._thoughts.read(token, self._text.push(token))
        text, stopped = self._stops.push(text)
        if mark and not stopped:  # no stop string reaches over it
            text += self._stops.rest() + mark
        if stopped:
            return text, "stop"
        if self._thoughts.over:
            return text + self._stops.rest(), "stop"
        if len(self.generated) >= self.job.max_tokens:
            return text + self._stops.rest(), "length"
        return text, None


def stall_timeout(seconds: float) -> Timeout:
    """One for each request: an exception that is raised in several places collects their tracebacks."""
    return Timeout("stalled", provider="huggingface", seconds=seconds)


def allowed_silence(runs: Iterable[EngineRun], deadlines: Deadlines) -> float:
    """Seconds: while one of them has no token yet, its prompt may be what is being read."""
    return deadlines.between_tokens if all(run.generated for run in runs) else deadlines.first_token


def deliver(items: Iterable[tuple[EngineRun, Item]]) -> None:
    """Hand everything over, with one call an event loop: a call for each would cost more than a token."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[EngineRun, Item]]] = {}
    for run, item in items:
        if item is not None:
            last = isinstance(item, GenerationStep) and item.finish is not None
            run.ended = last or isinstance(item, BaseException | Ended)
        by_loop.setdefault(run._loop, []).append((run, item))
    for loop, batch in by_loop.items():
        try:
            loop.call_soon_threadsafe(_put, batch, loop)
        except RuntimeError:  # the readers' event loop has closed: nobody will read
            for run, _ in batch:
                run.cancelled = True


def _put(batch: list[tuple[EngineRun, Item]], loop: asyncio.AbstractEventLoop) -> None:
    now = loop.time()
    for run, item in batch:
        run._hear(item, now)
