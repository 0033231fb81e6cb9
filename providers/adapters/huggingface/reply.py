"""From the steps of an engine to the events of a reply."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import fields, replace

from providers.adapters.huggingface.engines.base import GenerationStep, Job, Loaded
from providers.adapters.huggingface.tokens import EncodedPrompt
from providers.base import Deadlines
from providers.errors import ContextTooLong
from providers.thinking import Thinking
from providers.types import (
    Done,
    Event,
    Finish,
    Request,
    Sampling,
    TextWasReasoning,
    Timing,
    TokenLogprob,
    TokenLogprobs,
    Usage,
)

_NO_CONTEXT = 2048
"""Tokens of reply from a model that does not say how much it can hold."""


class LocalReply:
    """A reply as it grows, begun at `start` (of `time.perf_counter`)."""

    def __init__(self, request: Request, loaded: Loaded, prompt: EncodedPrompt, start: float) -> None:
        """Raises `ContextTooLong` where the prompt leaves no room for a reply."""
        context = loaded.context or request.model.context
        if context is not None and len(prompt.ids) >= context:
            raise ContextTooLong(provider=request.model.provider, tokens=len(prompt.ids), context=context)
        self._request, self._loaded, self._prompt, self._start = request, loaded, prompt, start
        self._room = context - len(prompt.ids) if context is not None else _NO_CONTEXT
        begun = request.messages[-1].role == "assistant" or not (loaded.codec.chat and request.model.chat)
        self._thinking = Thinking(prompt.text, begun=begun)
        self._first: float | None = None
        self._count = self._thoughts = 0
        self._finish: Finish = "stop"
        self._said: list[int] = []
        self._engines = [loaded.name]

    def go_on(self, loaded: Loaded) -> None:
        """Another engine of the model goes on after what was said."""
        self._loaded = loaded
        self._engines = [*(self._engines if self._said else ()), loaded.name]

    def job(self, deadlines: Deadlines) -> Job:
        """What is left for the engine. What the request leaves open is as the model's makers recommend, and at the end
        of the context a reply ends."""
        sampling = self._request.sampling
        open_fields = [f.name for f in fields(Sampling) if getattr(sampling, f.name) is None]
        filled = replace(sampling, **{name: getattr(self._loaded.defaults, name) for name in open_fields})
        wanted = sampling.max_tokens if sampling.max_tokens is not None else self._room
        return Job(
            prompt=[*self._prompt.ids, *self._said],
            sampling=filled,
            max_tokens=min(wanted, self._room) - len(self._said),
            alternatives=self._request.logprobs or 0,
            logprobs=self._request.logprobs is not None,
            inputs=self._prompt.inputs,
            deadlines=deadlines,
        )

    def take(self, step: GenerationStep) -> Iterator[Event]:
        """What became certain with a step."""
        self._first = self._first or time.perf_counter() - self._start
        self._finish = step.finish or self._finish
        self._said.append(step.token)
        all_reasoning = False
        for piece in self._thinking.push(step.text):
            all_reasoning = all_reasoning or isinstance(piece, TextWasReasoning)
            yield piece
        codec = self._loaded.codec
        if step.token in codec.ends:  # the mark that ends a reply is no part of it
            return
        self._count += 1
        self._thoughts = self._count if all_reasoning else self._thoughts + self._thinking.inside
        if self._request.logprobs is not None and step.said and not math.isnan(step.logprob):
            yield TokenLogprobs((TokenLogprob(codec.piece(step.token), step.logprob, step.alternatives),))

    def end(self) -> Iterator[Event]:
        """What was held back, and the `Done`."""
        yield from self._thinking.rest()
        total = time.perf_counter() - self._start
        yield Done(
            finish=self._finish,
            usage=Usage(input_tokens=len(self._prompt.ids), output_tokens=self._count, reasoning_tokens=self._thoughts),
            timing=Timing(first_token=self._first or total, total=total),
            engine=" + ".join(self._engines),
        )
