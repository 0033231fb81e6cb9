"""The simplest correct engine: one thread owns the model and gives every request one token in turn.

Each request has its own cache, so that its reply does not depend on what runs beside it. Prompts are read in pieces,
so that a long one delays neither the others nor its own cancellation.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import numpy as np
import torch
from transformers import DynamicCache

from providers import decoding
from providers.errors import Unavailable
from providers.huggingface.engines.base import Job, Step
from providers.huggingface.tokens import Codec, Detokenizer, StopStrings
from providers.types import Finish

PIECE = 256
"""Prompt tokens read at once."""
AHEAD = 1
"""Tokens computed before the reader asks for them: more would be work that a stop makes useless."""


class _Run:
    """A request at work: what the engine's thread knows of it, and the reader's end of the line."""

    def __init__(self, job: Job, codec: Codec, cache: Any) -> None:
        self.job, self.cache = job, cache
        self.unread = list(job.prompt)
        self.generated: list[int] = []
        self.random = np.random.default_rng(job.sampling.seed)
        self.text = Detokenizer(codec, job.prompt)
        self.stops = StopStrings(job.sampling.stop)
        self.cancelled = False
        self.ended = False
        self.waiting = 0
        self.loop = asyncio.get_running_loop()
        self.line: asyncio.Queue[Step | BaseException] = asyncio.Queue()

    @property
    def ready(self) -> bool:
        return self.waiting < AHEAD or not self.generated

    def give(self, item: Step | BaseException) -> None:
        """Called from the engine's thread."""
        self.ended = isinstance(item, BaseException) or item.finish is not None
        self.waiting += 1
        try:
            self.loop.call_soon_threadsafe(self.line.put_nowait, item)
        except RuntimeError:  # the reader's event loop has closed: nobody will read
            self.ended = True


class TorchEngine:
    """Runs `model` on the device it lies on. See `engines.base.Engine`."""

    def __init__(self, model: Any, codec: Codec) -> None:
        self.computed = 0
        self._model, self._codec = model, codec
        self._runs: list[_Run] = []
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="torch-engine", daemon=True)
        self._thread.start()

    async def submit(self, job: Job) -> AsyncGenerator[Step]:
        run = _Run(job, self._codec, DynamicCache(config=self._model.config))
        with self._changed:
            if self._closed:
                raise Unavailable(provider="huggingface")
            self._runs.append(run)
            self._changed.notify()
        try:
            while True:
                item = await run.line.get()
                if isinstance(item, BaseException):
                    raise item
                with self._changed:
                    run.waiting -= 1
                    self._changed.notify()
                yield item
                if item.finish is not None:
                    return
        finally:
            with self._changed:
                run.cancelled = True
                self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()
        self._model = None

    def _work(self) -> None:
        with torch.inference_mode():
            while runs := self._turn():
                for run in runs:
                    if not (run.cancelled or self._closed):
                        self._advance(run)

    def _turn(self) -> list[_Run]:
        """The requests to give a step to now; waits for one. Empty when the engine is closed."""
        with self._changed:
            while True:
                self._runs = [run for run in self._runs if not (run.cancelled or run.ended)]
                if self._closed:
                    for run in self._runs:
                        run.give(Unavailable(provider="huggingface"))
                    self._runs = []
                    return []
                if ready := [run for run in self._runs if run.ready]:
                    return ready
                self._changed.wait()

    def _advance(self, run: _Run) -> None:
        step: Step | BaseException | None
        try:
            step = self._step(run)
        except Exception as error:  # noqa: BLE001 - it belongs to one request, and is raised where that one is read
            run.cache = None
            step = Unavailable("out_of_memory", provider="huggingface") if _out_of_memory(error) else error
        if step is not None:
            with self._changed:
                run.give(step)

    def _step(self, run: _Run) -> Step | None:
        """Read a piece of the prompt, or one token; choose the next when all is read."""
        piece, run.unread = run.unread[:PIECE], run.unread[PIECE:]
        logits = self._forward(piece, run.cache)
        if run.unread:
            return None
        return self._choose(run, logits)

    def _forward(self, tokens: Sequence[int], cache: Any) -> decoding.Vector:
        ids = torch.tensor([list(tokens)], device=self._model.device)
        out = self._model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
        logits: decoding.Vector = out.logits[0, -1].float().cpu().numpy().astype(np.float64)
        return logits

    def _choose(self, run: _Run, logits: decoding.Vector) -> Step:
        chances = decoding.distribution(logits, run.job.sampling, run.job.prompt, run.generated)
        token = decoding.draw(chances, run.random.random())
        self.computed += 1
        run.generated.append(token)
        run.unread = [token]
        text, finish = self._text(run, token)
        own = decoding.log_softmax(logits)
        count = min(run.job.alternatives, own.size)
        best = np.argsort(-own, kind="stable")[:count] if count else ()
        alternatives = tuple((self._codec.piece(int(other)), float(own[other])) for other in best)
        return Step(token, text, float(own[token]), alternatives, finish)

    def _text(self, run: _Run, token: int) -> tuple[str, Finish | None]:
        if token in self._codec.ends:
            return run.stops.rest(), "stop"
        text, stopped = run.stops.push(run.text.push(token))
        if stopped:
            return text, "stop"
        if len(run.generated) >= run.job.max_tokens:
            return text + run.stops.rest(), "length"
        return text, None


def _out_of_memory(error: Exception) -> bool:
    """PyTorch has a class of its own for an accelerator's memory, and none for the computer's."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
