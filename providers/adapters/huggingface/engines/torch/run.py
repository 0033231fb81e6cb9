"""A request of the torch engine: its place in the prompt, its cache, and how its next token is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from providers import decoding
from providers.adapters.huggingface.engines.base import GenerationStep, Job
from providers.adapters.huggingface.engines.run import EngineRun
from providers.adapters.huggingface.tokens import Codec

AHEAD = 1
"""Tokens computed before the reader asks for them: more would be work that a stop makes useless."""


class TorchRun(EngineRun):
    """Belongs to the engine's thread, but for `cancelled` and `waiting`, which the engine's lock guards."""

    def __init__(self, job: Job, codec: Codec, cache: Any) -> None:
        super().__init__(job, codec)
        self.cache = cache
        """Its own; `None` while it lies in a batch."""
        self.alone = job.sampling.seed is not None
        """Never to join a batch: with a seed the same text comes out, whatever runs beside it."""
        self.unread = list(job.prompt)
        self.waiting = 0
        """Steps that the reader has not taken yet."""
        self._random = np.random.default_rng(job.sampling.seed)

    @property
    def reading(self) -> bool:
        """Its prompt is still being read."""
        return not self.generated

    @property
    def ready(self) -> bool:
        """The reader has not fallen behind."""
        return self.reading or self.waiting < AHEAD

    def take(self, most: int) -> tuple[list[int], Mapping[str, Any]]:
        """The next tokens to read, and what goes with them. With pictures the prompt is read in one piece: they are
        matched with their places in it.
        """
        if self.reading and self.job.inputs:
            piece, self.unread = self.unread, []
            return piece, self.job.inputs
        piece, self.unread = self.unread[:most], self.unread[most:]
        return piece, {}

    def choose(self, logits: decoding.Vector) -> GenerationStep:
        """The next token, by logits of shape (vocabulary,)."""
        chances = decoding.distribution(logits, self.job.sampling, self.job.prompt, self.generated)
        token = decoding.draw(chances, self._random.random())
        self.unread = [token]
        total = decoding.log_sum_exp(logits)
        best = decoding.likeliest(logits, self.job.alternatives)
        alternatives = tuple((self._codec.piece(int(other)), float(logits[other] - total)) for other in best)
        return self.step(token, float(logits[token] - total), alternatives)
