"""The provider of local language models. Whatever blocks runs in threads; importing it loads neither torch nor
transformers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import fields, replace

from providers.adapters.huggingface.engines.base import Job, Loaded
from providers.adapters.huggingface.engines.routing import Route, routes
from providers.adapters.huggingface.families.contrastive import LocalLabeller
from providers.adapters.huggingface.families.embedding import LocalEmbedder
from providers.adapters.huggingface.families.encoders.pool import EncoderPool
from providers.adapters.huggingface.families.reranking import LocalReranker
from providers.adapters.huggingface.listing import ModelListing
from providers.adapters.huggingface.memory.loader import ModelLoader, total_memory
from providers.adapters.huggingface.tokens import EncodedPrompt
from providers.adapters.huggingface.weights.hub import Hub
from providers.adapters.huggingface.weights.store import Store
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.adapters.huggingface.whitebox import LocalWhiteBox
from providers.base import Connection, Deadlines
from providers.embedding import EmbeddingInfo, RerankerInfo
from providers.errors import ContextTooLong, WeightsUnavailable
from providers.labels import ContrastiveInfo
from providers.sampling import PARAMETERS
from providers.thinking import Thinking
from providers.types import (
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

_TURN = 0.05
"""Seconds between two looks at one's place in line."""
_NO_CONTEXT = 2048
"""Tokens of reply from a model that does not say how much it can hold."""


class HuggingFace(LocalWhiteBox):
    """Models on this computer. See `providers.base.Provider` and `providers.whitebox.WhiteBox`."""

    name = "huggingface"
    accepts = frozenset(PARAMETERS)

    def __init__(self, connection: Connection) -> None:
        options = connection.options
        hub = Hub(token=connection.credentials.key, memory=options.memory or total_memory())
        store = Store(options, hub)
        self._listing = ModelListing(connection.models, options, store)
        super().__init__(ModelLoader(options, store, self._listing))
        self._deadlines = options.deadlines
        self._compared = Store(options, hub, "encoders")
        self._encoders = EncoderPool(self._loader, self._compared)
        self._embedders: dict[EmbeddingInfo, LocalEmbedder] = {}

    @property
    def loaded(self) -> tuple[str, ...]:
        """What is in memory: models' ids with `@` and their variant."""
        return self._loader.cache.names

    @property
    def computed(self) -> int:
        """Tokens produced by the models in memory, so that a test sees work going on after a stop."""
        return self._loader.cache.computed

    async def models(self) -> tuple[ModelInfo, ...]:
        """The catalogue's rows, and what else lies in the cache. Asks nobody."""
        return await asyncio.to_thread(self._listing.models)

    async def resolve(self, name: str) -> ModelInfo:
        """The model a visitor means by a Hub repository's name or a folder of this computer; `@engine` may follow.

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
        async for progress in self._loader.fetch(model):
            yield progress
        async with aclosing(self._reach(model, await self._routes(Request(model=model, messages=())))) as reached:
            async for item in reached:
                if isinstance(item, Progress):
                    yield item
        yield Progress(stage="load", done=1, total=1)

    async def render(self, request: Request) -> Rendered:
        """The prompt after the chat template, and its exact length. Fetches the model if it is not here."""
        codec = await self._codec(request.model)
        text, ids = await asyncio.to_thread(codec.render, request.messages)
        return Rendered(content=text, language="text", tokens=len(ids), exact=True)

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        start = time.perf_counter()
        async for progress in self._loader.fetch(request.model):
            yield progress
        routes_found = await self._routes(request)
        while True:
            route = routes_found[0]
            async with aclosing(self._reach(request.model, routes_found)) as reached:
                async for item in reached:
                    if isinstance(item, Route):
                        route = item
                    else:
                        yield item
            with self._loader.use(request.model, route.variant) as loaded:
                if loaded is None:  # it had to make room for another in between
                    continue
                for change in route.changes:
                    yield change
                async with aclosing(_in_turn(route.request, loaded, self._deadlines, start)) as events:
                    async for event in events:
                        yield event
                return

    async def _routes(self, request: Request) -> list[Route]:
        return routes(await self._loader.variants(request.model), request)

    async def _reach(self, model: ModelInfo, routes_found: list[Route]) -> AsyncGenerator[Progress | Route]:
        """Load the first of these ways for which there is memory; it is what comes last."""
        for place, route in enumerate(routes_found, start=1):
            try:
                async for progress in self._loader.load(model, route.variant):
                    yield progress
            except WeightsUnavailable as error:
                if error.reason != "memory" or place == len(routes_found):
                    raise
                continue
            yield route
            return

    def embedder(self, info: EmbeddingInfo) -> LocalEmbedder:
        """The same one for everybody."""
        return self._embedders.setdefault(info, LocalEmbedder(info, self._encoders))

    def reranker(self, info: RerankerInfo) -> LocalReranker:
        return LocalReranker(info, self._encoders)

    def labeller(self, info: ContrastiveInfo) -> LocalLabeller:
        return LocalLabeller(info, self._loader, self._compared)

    async def aclose(self) -> None:
        """Call off what is being made ready, and let the models go."""
        await self._loader.aclose()


async def _in_turn(request: Request, loaded: Loaded, deadlines: Deadlines, start: float) -> AsyncGenerator[Event]:
    """A reply, once there is a place for it among those being served."""
    place = loaded.queue.join(request.owner)
    try:
        while place.position:
            yield Progress(stage="queue", done=place.position, total=loaded.queue.waiting)
            await asyncio.sleep(_TURN)
        async with aclosing(_reply(request, loaded, deadlines, start)) as events:
            async for event in events:
                yield event
    finally:
        loaded.queue.leave(place)


async def _reply(request: Request, loaded: Loaded, deadlines: Deadlines, start: float) -> AsyncGenerator[Event]:
    prompt = await asyncio.to_thread(loaded.codec.encode_messages, request.messages)
    context = loaded.context or request.model.context
    if context is not None and len(prompt.ids) >= context:
        raise ContextTooLong(provider=HuggingFace.name, tokens=len(prompt.ids), context=context)
    thinking = Thinking(prompt.text, begun=request.messages[-1].role == "assistant" or not loaded.codec.chat)
    first, count, thoughts = None, 0, 0
    finish: Finish = "stop"
    job = replace(_job(request, loaded, prompt, context), deadlines=deadlines)
    async with aclosing(loaded.engine.submit(job)) as steps:
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
    usage = Usage(input_tokens=len(prompt.ids), output_tokens=count, reasoning_tokens=thoughts)
    timing = Timing(first_token=first or total, total=total)
    yield Done(finish=finish, usage=usage, timing=timing, engine=loaded.name)


def _deltas(pieces: tuple[str, str]) -> list[Event]:
    reasoning, answer = pieces
    events: list[Event] = [ReasoningDelta(reasoning)] if reasoning else []
    return [*events, TextDelta(answer)] if answer else events


def _job(request: Request, loaded: Loaded, prompt: EncodedPrompt, context: int | None) -> Job:
    """What the request leaves open is as the model's makers recommend, and at the end of the context a reply ends."""
    sampling = request.sampling
    open_fields = [f.name for f in fields(Sampling) if getattr(sampling, f.name) is None]
    filled = replace(sampling, **{name: getattr(loaded.defaults, name) for name in open_fields})
    room = context - len(prompt.ids) if context is not None else _NO_CONTEXT
    wanted = sampling.max_tokens if sampling.max_tokens is not None else room
    return Job(
        prompt=prompt.ids,
        sampling=filled,
        max_tokens=min(wanted, room),
        alternatives=request.logprobs or 0,
        inputs=prompt.inputs,
    )
