"""The provider of local language models. Whatever blocks runs in threads; importing it loads neither torch nor
transformers."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial
from weakref import WeakKeyDictionary

from providers.adapters.huggingface.engines import Variant
from providers.adapters.huggingface.engines.recent import RecentTexts
from providers.adapters.huggingface.engines.routing import Outlook, Route, routes
from providers.adapters.huggingface.families.contrastive import LocalLabeller
from providers.adapters.huggingface.families.embedding import LocalEmbedder
from providers.adapters.huggingface.families.encoders.pool import EncoderPool
from providers.adapters.huggingface.families.heads.local_heads import LocalHeads
from providers.adapters.huggingface.families.heads.pool import HeadPool
from providers.adapters.huggingface.families.reranking import LocalReranker
from providers.adapters.huggingface.inspecting.inspector import LocalInspector
from providers.adapters.huggingface.listing import ModelListing
from providers.adapters.huggingface.memory.loader import ModelLoader, total_memory
from providers.adapters.huggingface.reply import LocalReply
from providers.adapters.huggingface.shrinking.local import LocalShrunk
from providers.adapters.huggingface.tokens import Codec, EncodedPrompt
from providers.adapters.huggingface.weights.hub import Hub, answers
from providers.adapters.huggingface.weights.store import Store
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.adapters.huggingface.whitebox import LocalWhiteBox
from providers.base import Connection
from providers.embedding import EmbeddingInfo, RerankerInfo
from providers.errors import NO_ROOM, WeightsUnavailable
from providers.inspection import InspectedModel
from providers.labels import ContrastiveInfo
from providers.sampling import PARAMETERS
from providers.types import (
    Event,
    Message,
    ModelInfo,
    Progress,
    Rendered,
    Request,
)

_HUB_SECONDS = 5
"""For asking whether the Hub answers."""
_TURN = 0.05
"""Seconds between two looks at one's place in line."""


class HuggingFace(LocalWhiteBox, LocalHeads):
    """Models on this computer. See `Provider`, `WhiteBox` and `Headed` of `providers`."""

    name = "huggingface"
    accepts = frozenset(PARAMETERS)

    def __init__(self, connection: Connection) -> None:
        options = connection.options
        hub = Hub(token=connection.credentials.key, memory=options.memory or total_memory())
        self._store = store = Store(options, hub)
        self._listing = ModelListing(connection.models, options, store)
        LocalWhiteBox.__init__(self, ModelLoader(options, store, self._listing))
        self._deadlines = options.deadlines
        self._encoded: WeakKeyDictionary[Request, EncodedPrompt] = WeakKeyDictionary()
        """What was rendered to be counted and shown, for the stream of the same request: a prompt is tokenised once."""
        self._at_work: Counter[str] = Counter()
        """Replies that are asked for now, by the model's id: from before they wait for anything."""
        self._recent = RecentTexts()
        self._compared = Store(options, hub, "encoders")
        self._encoders = EncoderPool(self._loader, self._compared)
        LocalHeads.__init__(self, HeadPool(self._loader, self._compared), self._listing, options)
        self._embedders: dict[EmbeddingInfo, LocalEmbedder] = {}
        self._inspectors: dict[str, LocalInspector] = {}
        self._shrunk: dict[str, LocalShrunk] = {}

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

    def fetching(self, model: ModelInfo) -> Progress | None:
        """See `playground.visitors.reached.Fetches`."""
        return self._loader.fetching(model)

    def pause(self, model: ModelInfo, *, alone: bool) -> bool:
        """See `playground.visitors.reached.Fetches`."""
        return self._loader.pause(model, alone=alone)

    async def reaches_hub(self) -> bool:
        """See `playground.visitors.reach.ReachesHub`."""
        try:
            async with asyncio.timeout(_HUB_SECONDS):
                return await asyncio.to_thread(answers)
        except TimeoutError:  # looking up an address has no limit of its own
            return False

    async def _prepare(self, model: ModelInfo) -> AsyncGenerator[Progress]:
        async for progress in self._loader.fetch(model):
            yield progress
        async with aclosing(self._reach(model, await self._routes(Request(model=model, messages=()), 1))) as reached:
            async for item in reached:
                if isinstance(item, Progress):
                    yield item
        yield Progress(stage="load", done=1, total=1)

    async def render(self, request: Request) -> Rendered:
        """The prompt after the chat template, and its exact length. Fetches the model if it is not here."""
        codec = await self._codec(request.model)
        prompt = await asyncio.to_thread(_encode, codec, request.model, request.messages)
        self._encoded[request] = prompt
        return Rendered(content=prompt.text, language="text", tokens=len(prompt.ids), exact=True)

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        self._at_work[request.model.id] += 1
        try:
            async with aclosing(self._stream(request)) as events:
                async for event in events:
                    yield event
        finally:
            self._at_work[request.model.id] -= 1

    async def _stream(self, request: Request) -> AsyncGenerator[Event]:
        start = time.perf_counter()
        async for progress in self._loader.fetch(request.model):
            yield progress
        routes_found = await self._routes(request, self._at_work[request.model.id])
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
                place = loaded.queue.join(request.owner)
                try:
                    while place.position:
                        yield Progress(stage="queue", done=place.position, total=loaded.queue.waiting)
                        await asyncio.sleep(_TURN)
                    prompt = self._encoded.pop(request, None)
                    if prompt is None:
                        prompt = await asyncio.to_thread(_encode, loaded.codec, request.model, request.messages)
                    for change in prompt.changes:
                        yield change
                    self._recent.note(_read_by(request.model, route.variant), prompt.ids)
                    reply = LocalReply(route.request, loaded, prompt, start)
                    async with aclosing(loaded.engine.submit(reply.job(self._deadlines))) as steps:
                        async for step in steps:
                            for event in reply.take(step):
                                yield event
                    for event in reply.end():
                        yield event
                finally:
                    loaded.queue.leave(place)
                return

    async def _routes(self, request: Request, company: int) -> list[Route]:
        """The ways to answer, soonest first: by what is known of each variant's speed, where there is more than one."""
        variants = await self._loader.variants(request.model)
        if len(here := [one for one in variants if self._loader.holds(request.model, one)]) < 2:
            return routes(variants, request)
        told = await self._loader.speeds(request.model)
        speeds = {one.name: told[one.name] for one in here if one.name in told}
        if len(speeds) < len(here) or not request.messages:
            return routes(variants, request)
        prompt = self._encoded.get(request)
        if prompt is None:
            codec = await self._codec(request.model)
            prompt = self._encoded[request] = await asyncio.to_thread(_encode, codec, request.model, request.messages)
        read = {one.name: self._recent.shared(_read_by(request.model, one), prompt.ids) for one in variants}
        outlook = Outlook(speeds=speeds, prompt=len(prompt.ids), read=read, company=company)
        return routes(variants, request, outlook)

    async def _reach(self, model: ModelInfo, routes_found: list[Route]) -> AsyncGenerator[Progress | Route]:
        """Load the first of these ways for which there is memory; it is what comes last."""
        for place, route in enumerate(routes_found, start=1):
            try:
                async for progress in self._loader.load(model, route.variant):
                    yield progress
            except WeightsUnavailable as error:
                if error.reason not in NO_ROOM or place == len(routes_found):
                    raise
                continue
            yield route
            return

    def embedder(self, info: EmbeddingInfo) -> LocalEmbedder:
        """The same one for everybody."""
        return self._embedders.setdefault(info, LocalEmbedder(info, self._encoders))

    def holds_encoder(self, model_id: str) -> bool:
        """Its files are here, whole. Blocks."""
        try:
            return self._compared.find_folder(model_id) is not None
        except WeightsUnavailable:  # damaged: noticed, and repaired, when it is asked for
            return False

    def reranker(self, info: RerankerInfo) -> LocalReranker:
        return LocalReranker(info, self._encoders)

    def labeller(self, info: ContrastiveInfo) -> LocalLabeller:
        return LocalLabeller(info, self._loader, self._compared)

    def inspector(self, info: InspectedModel) -> LocalInspector:
        """The same one for everybody."""
        if info.id not in self._inspectors:
            if isinstance(info, EmbeddingInfo):
                found = LocalInspector(info, self._loader, self._compared)
            else:
                found = LocalInspector(info, self._loader, self._store, partial(self._codec, info))
            self._inspectors[info.id] = found
        return self._inspectors[info.id]

    def shrunk(self, model: ModelInfo) -> LocalShrunk:
        """The same one for everybody."""
        if model.id not in self._shrunk:
            self._shrunk[model.id] = LocalShrunk(model, self._loader, self._store, partial(self._codec, model))
        return self._shrunk[model.id]

    async def aclose(self) -> None:
        """Call off what is being made ready, and let the models go."""
        await self._loader.aclose()


def _encode(codec: Codec, model: ModelInfo, messages: Sequence[Message]) -> EncodedPrompt:
    """Not given the request: a thread lets go of what it was given a moment after its answer is there."""
    return (codec.encode_messages if model.chat else codec.encode_plainly)(messages)


def _read_by(model: ModelInfo, variant: Variant) -> str:
    return f"{model.id}@{variant.name}"
