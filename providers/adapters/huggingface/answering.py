"""How a local model's replies come: which engine answers, who waits, and where another engine goes on."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from weakref import WeakKeyDictionary

from providers.adapters.huggingface.engines import Variant
from providers.adapters.huggingface.engines.base import Loaded
from providers.adapters.huggingface.engines.pace import Pace
from providers.adapters.huggingface.engines.recent import RecentTexts
from providers.adapters.huggingface.engines.routing import Outlook, Route, is_movable, next_after, routes
from providers.adapters.huggingface.memory.loader import ModelLoader
from providers.adapters.huggingface.reply import LocalReply
from providers.adapters.huggingface.tokens import Codec, EncodedPrompt
from providers.adapters.huggingface.whitebox import LocalWhiteBox
from providers.base import Deadlines
from providers.errors import NO_ROOM, WeightsUnavailable
from providers.types import Event, Message, ModelInfo, Progress, Rendered, Request

_SLOW = 60.0
"""Seconds for which an engine that was slower than expected answers nobody: something else computes here."""
_TURN = 0.05
"""Seconds between two looks at one's place in line."""


@dataclass(slots=True)
class _EngineRequest:
    """A request on its way through one engine, or through two."""

    request: Request
    start: float
    """Of `time.perf_counter`."""
    prompt: EncodedPrompt = field(default_factory=lambda: EncodedPrompt("", []))
    reply: LocalReply | None = None
    onward: list[Route] = field(default_factory=list)


class LocalAnswers(LocalWhiteBox):
    """Replies of the models of one `ModelLoader`."""

    def __init__(self, loader: ModelLoader, deadlines: Deadlines) -> None:
        LocalWhiteBox.__init__(self, loader)
        self._deadlines = deadlines
        self._encoded: WeakKeyDictionary[Request, EncodedPrompt] = WeakKeyDictionary()
        """What was rendered to be counted and shown, for the stream of the same request: a prompt is tokenised once."""
        self._at_work: Counter[str] = Counter()
        """Replies that are asked for now, by the model's id: from before they wait for anything."""
        self._recent = RecentTexts()
        self._slow: dict[str, float] = {}
        """Until when, by the event loop's clock, a model's engine that is there for one alone answers nobody."""

    @property
    def busy(self) -> bool:
        """Somebody is being answered."""
        return self._at_work.total() > 0

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
        prompt = await asyncio.to_thread(_encode, codec, request.model, request.messages)
        self._encoded[request] = prompt
        return Rendered(content=prompt.text, language="text", tokens=len(prompt.ids), exact=True)

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        start = time.perf_counter()
        with self._count_reply(request.model):
            async for progress in self._loader.fetch(request.model):
                yield progress
            found, asked = await self._routes(request), _EngineRequest(request, start)
            while True:
                route = found[0]
                async with aclosing(self._reach(request.model, found)) as reached:
                    async for item in reached:
                        if isinstance(item, Route):
                            route = item
                        else:
                            yield item
                with self._loader.use(request.model, route.variant) as loaded:
                    if loaded is None:  # it had to make room for another in between
                        continue
                    async with aclosing(self._answer(asked, found[found.index(route) :], loaded)) as events:
                        async for event in events:
                            yield event
                if not asked.onward:
                    return
                found = asked.onward

    @contextmanager
    def _count_reply(self, model: ModelInfo) -> Iterator[None]:
        """A reply of the model is at work meanwhile."""
        self._at_work[model.id] += 1
        try:
            yield
        finally:
            self._at_work[model.id] -= 1

    async def _answer(self, asked: _EngineRequest, found: list[Route], loaded: Loaded) -> AsyncGenerator[Event]:
        """What the first of these ways says; where it is slower than was expected, `asked.onward` are the ways on."""
        route, request = found[0], asked.request
        if asked.reply is None:
            for change in route.changes:
                yield change
        place = loaded.queue.join(request.owner)
        try:
            while place.position:
                yield Progress(stage="queue", done=place.position, total=loaded.queue.waiting)
                await asyncio.sleep(_TURN)
            if asked.reply is None:
                asked.prompt = await self._prompt(request, loaded.codec)
                for change in asked.prompt.changes:
                    yield change
                asked.reply = LocalReply(route.request, loaded, asked.prompt, asked.start)
            else:
                asked.reply.go_on(loaded)
            self._recent.note(_read_by(request.model, route.variant), asked.prompt.ids, loaded.remembers)
            onward = next_after(found)
            pace = Pace(route.expected, partial(self._alone, request.model)) if route.expected and onward else None
            steps = loaded.engine.submit(asked.reply.job(self._deadlines))
            async with aclosing(pace.follow(steps) if pace else steps) as followed:
                async for step in followed:
                    for event in asked.reply.take(step):
                        yield event
            asked.onward = onward if pace and not pace.kept else []
            if pace and pace.late:
                self._slow[request.model.id] = asyncio.get_running_loop().time() + _SLOW
            if not asked.onward:
                for event in asked.reply.end():
                    yield event
        finally:
            loaded.queue.leave(place)

    def _alone(self, model: ModelInfo) -> bool:
        """A single reply of the model is asked for."""
        return self._at_work[model.id] < 2

    async def _prompt(self, request: Request, codec: Codec) -> EncodedPrompt:
        """As it was rendered, else rendered now."""
        if (prompt := self._encoded.pop(request, None)) is not None:
            return prompt
        return await asyncio.to_thread(_encode, codec, request.model, request.messages)

    async def _routes(self, request: Request) -> list[Route]:
        """The ways to answer, soonest first: by what is known of each variant's speed, where there is more than one."""
        variants = await self._loader.variants(request.model)
        here = [one for one in variants if self._loader.holds(request.model, one)]
        if len(here) < 2 or not request.messages or not is_movable(request) or not self._alone(request.model):
            return routes(variants, request)
        told = await self._loader.speeds(request.model)
        speeds = {one.name: told[one.name] for one in here if one.name in told}
        if len(speeds) < 2 or asyncio.get_running_loop().time() < self._slow.get(request.model.id, 0.0):
            return routes(variants, request)
        prompt = self._encoded[request] = await self._prompt(request, await self._codec(request.model))
        read = {one.name: self._recent.common_length(_read_by(request.model, one), prompt.ids) for one in variants}
        company = max(1, self._at_work[request.model.id])  # others may have come meanwhile
        return routes(variants, request, Outlook(speeds=speeds, prompt=len(prompt.ids), read=read, company=company))

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


def _encode(codec: Codec, model: ModelInfo, messages: Sequence[Message]) -> EncodedPrompt:
    """Not given the request: a thread lets go of what it was given a moment after its answer is there."""
    return (codec.encode_messages if model.chat else codec.encode_plainly)(messages)


def _read_by(model: ModelInfo, variant: Variant) -> str:
    return f"{model.id}@{variant.name}"
