"""The provider of local language models. Whatever blocks runs in threads; importing it loads neither torch nor
transformers."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import fields, replace
from pathlib import Path

import psutil

from providers.base import Connection
from providers.errors import ContextTooLong, WeightsUnavailable
from providers.huggingface.child import Cancelled, Ticket
from providers.huggingface.engines.base import Job, Loaded
from providers.huggingface.hub import Hub
from providers.huggingface.listing import Listing
from providers.huggingface.shelf import Shelf
from providers.huggingface.store import Store
from providers.huggingface.thinking import Thinking
from providers.huggingface.tokens import Codec
from providers.huggingface.work import Work
from providers.types import (
    PARAMETERS,
    Done,
    Event,
    Finish,
    ModelInfo,
    Progress,
    ReasoningDelta,
    Rendered,
    Request,
    Sampling,
    TextDelta,
    Timing,
    TokenLogprob,
    TokenLogprobs,
    Usage,
)

_POLL = 0.1
_NO_CONTEXT = 2048
"""Tokens of reply from a model that does not say how much it can hold."""


class HuggingFace:
    """Models on this computer. See `providers.base.Provider`."""

    name = "huggingface"
    accepts = PARAMETERS

    def __init__(self, connection: Connection) -> None:
        options = connection.options
        self._memory = options.memory
        self._most = options.memory or psutil.virtual_memory().total
        self._store = Store(options, Hub(token=connection.credentials.key, memory=self._most))
        self._listing = Listing(connection.models, options, self._store)
        self._shelf = Shelf()
        self._works: dict[str, Work] = {}
        self._guard = threading.Lock()
        self._loading = threading.Lock()
        self._codecs: dict[str, Codec] = {}

    @property
    def loaded(self) -> tuple[str, ...]:
        """The ids of the models in memory."""
        return self._shelf.names

    @property
    def computed(self) -> int:
        """Tokens produced by the models in memory, so that a test sees work going on after a stop."""
        return self._shelf.computed

    async def models(self) -> tuple[ModelInfo, ...]:
        """The catalogue's rows, and what else lies in the cache. Asks nobody."""
        return await asyncio.to_thread(self._listing.models)

    async def resolve(self, name: str) -> ModelInfo:
        """The model a visitor means by a Hub repository's name or a folder of this computer.

        Raises `UnknownModel` for what is neither or not allowed here, `WeightsUnavailable` for what cannot be had.
        """
        ticket = Ticket()
        try:
            return await asyncio.to_thread(self._listing.resolve, name.strip(), ticket)
        finally:
            ticket.cancel()

    def prepare(self, model: ModelInfo) -> AsyncIterator[Progress]:
        return self._prepare(model)

    async def _prepare(self, model: ModelInfo) -> AsyncGenerator[Progress]:
        async for progress in self._wait(model):
            yield progress
        yield Progress(stage="load", done=1, total=1)

    async def _wait(self, model: ModelInfo) -> AsyncGenerator[Progress]:
        """Progress until the model is loaded; nothing if it is. Whoever stops waiting leaves the work going."""
        if model.id in self._shelf.names:
            return
        work = self._work(model)
        while not work.done:
            yield work.ticket.latest
            await asyncio.sleep(_POLL)
        with self._guard:
            if self._works.get(model.id) is work:
                del self._works[model.id]
        if isinstance(work.error, Cancelled):
            raise WeightsUnavailable(model=model.name)
        if work.error is not None:
            raise work.error

    def _work(self, model: ModelInfo) -> Work:
        with self._guard:
            work = self._works.get(model.id)
            if work is None or work.done:
                work = self._works[model.id] = Work(lambda ticket: self._make_ready(model, ticket))
            return work

    def _make_ready(self, model: ModelInfo, ticket: Ticket) -> None:
        """Fetch, convert, load. A cached model that proves damaged is fetched again, once."""
        if model.id in self._shelf.names:
            return
        self._listing.check_allowed(model.id)
        if (model.parameters or 0) * 2 > self._most:  # known before anything is fetched
            raise WeightsUnavailable("memory", model=model.name)
        folder = self._store.ensure(model, ticket)
        ticket.report(Progress(stage="load"))
        try:
            self._load(model, folder, ticket)
        except WeightsUnavailable as error:
            if error.reason != "damaged" or not self._store.discard(folder):
                raise
            self._load(model, self._store.ensure(model, ticket), ticket)

    def _load(self, model: ModelInfo, folder: Path, ticket: Ticket) -> None:
        """One at a time: transformers sets process-wide defaults while it loads, and memory is counted once."""
        from providers.huggingface import loading

        while not self._loading.acquire(timeout=_POLL):
            ticket.report(Progress(stage="queue"))
        try:
            self._shelf.room = loading.budget(self._memory)
            room = self._shelf.free(loading.smallest(folder, model.name), model.name, ticket)
            ticket.report(Progress(stage="load"))
            self._shelf.put(model.id, loading.load(folder, model.name, room))
        finally:
            self._loading.release()

    async def render(self, request: Request) -> Rendered:
        """The prompt after the chat template, and its exact length. Fetches the model if it is not here."""
        with self._shelf.use(request.model.id) as loaded:
            codec = loaded.codec if loaded is not None else await self._codec(request.model)
            text, ids = await asyncio.to_thread(codec.render, request.messages)
        return Rendered(content=text, language="text", tokens=len(ids), exact=True)

    async def _codec(self, model: ModelInfo) -> Codec:
        """The tokenizer of a model that may not be loaded: kept, since it is small."""
        if model.id not in self._codecs:
            folder = await asyncio.to_thread(self._store.ready, model.id)
            if folder is None:
                async for _ in self._wait(model):
                    pass
            self._codecs[model.id] = await asyncio.to_thread(self._read_codec, model)
        return self._codecs[model.id]

    def _read_codec(self, model: ModelInfo) -> Codec:
        from providers.huggingface import loading

        return loading.codec_of(self._store.ensure(model, Ticket()))

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        start = time.perf_counter()
        while True:
            async for progress in self._wait(request.model):
                yield progress
            with self._shelf.use(request.model.id) as loaded:
                if loaded is None:  # it had to make room for another in between
                    continue
                async with aclosing(_reply(request, loaded, start)) as events:
                    async for event in events:
                        yield event
                return

    async def aclose(self) -> None:
        """Call off what is being made ready, and let the models go."""
        with self._guard:
            works = list(self._works.values())
        for work in works:
            work.ticket.cancel()
        for work in works:
            await asyncio.to_thread(work.join)
        await asyncio.to_thread(self._shelf.close)


async def _reply(request: Request, loaded: Loaded, start: float) -> AsyncGenerator[Event]:
    text, prompt = await asyncio.to_thread(loaded.codec.render, request.messages)
    context = loaded.context or request.model.context
    if context is not None and len(prompt) >= context:
        raise ContextTooLong(provider=HuggingFace.name, tokens=len(prompt), context=context)
    thinking = Thinking(text, begun=request.messages[-1].role == "assistant" or not loaded.codec.chat)
    first, count, thoughts = None, 0, 0
    finish: Finish = "stop"
    async with aclosing(loaded.engine.submit(_job(request, loaded, prompt, context))) as steps:
        async for step in steps:
            first = first or time.perf_counter() - start
            finish = step.finish or finish
            for event in _deltas(thinking.push(step.text)):
                yield event
            if step.token in loaded.codec.ends:  # the mark that ends a reply is no part of it
                continue
            count, thoughts = count + 1, thoughts + thinking.inside
            if request.logprobs is not None:
                token = TokenLogprob(loaded.codec.piece(step.token), step.logprob, step.alternatives)
                yield TokenLogprobs((token,))
    for event in _deltas(thinking.rest()):
        yield event
    total = time.perf_counter() - start
    usage = Usage(input_tokens=len(prompt), output_tokens=count, reasoning_tokens=thoughts)
    yield Done(finish=finish, usage=usage, timing=Timing(first_token=first or total, total=total))


def _deltas(pieces: tuple[str, str]) -> list[Event]:
    reasoning, answer = pieces
    events: list[Event] = [ReasoningDelta(reasoning)] if reasoning else []
    return [*events, TextDelta(answer)] if answer else events


def _job(request: Request, loaded: Loaded, prompt: list[int], context: int | None) -> Job:
    """What the request leaves open is as the model's makers recommend, and at the end of the context a reply ends."""
    sampling = request.sampling
    open_fields = [f.name for f in fields(Sampling) if getattr(sampling, f.name) is None]
    filled = replace(sampling, **{name: getattr(loaded.defaults, name) for name in open_fields})
    room = context - len(prompt) if context is not None else _NO_CONTEXT
    wanted = sampling.max_tokens if sampling.max_tokens is not None else room
    return Job(prompt=prompt, sampling=filled, max_tokens=min(wanted, room), alternatives=request.logprobs or 0)
