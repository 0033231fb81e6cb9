"""One request of the torch engine: what is read and said so far, the choice of a token, the way to the reader."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from providers import decoding
from providers.huggingface.engines.base import Job, Step
from providers.huggingface.tokens import Codec, Detokenizer, StopStrings
from providers.types import Finish

AHEAD = 1
"""Tokens computed before the reader asks for them: more would be work that a stop makes useless."""


class Run:
    """Belongs to the engine's thread, but for `cancelled` and `waiting`, which its lock guards."""

    def __init__(self, job: Job, codec: Codec, cache: Any) -> None:
        self.job, self.cache = job, cache
        self.codec = codec
        self.unread = list(job.prompt)
        self.generated: list[int] = []
        self.alone = job.sampling.seed is not None
        """To be computed with a cache of its own: with a seed the same text comes out, whatever runs beside it."""
        self.cancelled = False
        self.ended = False
        self.waiting = 0
        self.loop = asyncio.get_running_loop()
        self.line: asyncio.Queue[Step | BaseException] = asyncio.Queue()
        self._random = np.random.default_rng(job.sampling.seed)
        self._text = Detokenizer(codec, job.prompt)
        self._stops = StopStrings(job.sampling.stop)

    @property
    def reading(self) -> bool:
        return not self.generated

    @property
    def ready(self) -> bool:
        """The reader has not fallen behind."""
        return self.reading or self.waiting < AHEAD

    def choose(self, logits: decoding.Vector) -> Step:
        """The next token, by logits of shape (vocabulary,)."""
        chances = decoding.distribution(logits, self.job.sampling, self.job.prompt, self.generated)
        token = decoding.draw(chances, self._random.random())
        self.generated.append(token)
        self.unread = [token]
        text, finish = self._say(token)
        total = decoding.log_sum_exp(logits)
        best = decoding.likeliest(logits, self.job.alternatives)
        alternatives = tuple((self.codec.piece(int(other)), float(logits[other] - total)) for other in best)
        return Step(token, text, float(logits[token] - total), alternatives, finish)

    def _say(self, token: int) -> tuple[str, Finish | None]:
        if token in self.codec.ends:
            return self._stops.rest(), "stop"
        text, stopped = self._stops.push(self._text.push(token))
        if stopped:
            return text, "stop"
        if len(self.generated) >= self.job.max_tokens:
            return text + self._stops.rest(), "length"
        return text, None


def hand_over(items: Iterable[tuple[Run, Step | BaseException]]) -> None:
    """To the readers, with one call for each event loop. Under the engine's lock, since it counts what waits."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Run, Step | BaseException]]] = defaultdict(list)
    for run, item in items:
        run.ended = isinstance(item, BaseException) or item.finish is not None
        run.waiting += 1
        loops[run.loop].append((run, item))
    for loop, given in loops.items():
        try:
            loop.call_soon_threadsafe(_put, given)
        except RuntimeError:  # the event loop has closed: nobody will read
            for run, _ in given:
                run.ended = True


def _put(given: Iterable[tuple[Run, Step | BaseException]]) -> None:
    for run, item in given:
        run.line.put_nowait(item)
