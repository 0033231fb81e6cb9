"""What the adapters of services share: connecting, the list of models, the stream of a reply."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from typing import Any, Protocol, Self

from providers.base import Options
from providers.errors import PlaygroundError, Timeout, UnknownModel
from providers.remote.corrections import Corrections, Learnt, WireRequest
from providers.remote.estimate import estimate_tokens
from providers.remote.preview import render_body
from providers.remote.refusals import VendorCall, checked_chunk, find_own_error
from providers.remote.reply import GrowingReply, reply_events
from providers.remote.sse import END
from providers.remote.stream import Heard, request_events
from providers.types import Event, ModelInfo, Progress, Rendered, Request

SECONDS = 20.0
"""At most for a list of models."""
LONGEST_NAME = 200
TAIL = 3.0
"""Seconds to wait for what may follow a finish reason: the count of tokens, the mark of the end."""
_NOTHING = object()


class Answer(Protocol):
    """A vendor's answer to a request that asked for a stream, open until it is left."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *failure: Any) -> None: ...

    def events(self, heard: Heard) -> AsyncGenerator[object]:
        """See `providers.remote.sse.read_events`."""
        ...


class RemoteAdapter(ABC):
    """A vendor's API as a `Provider`. An adapter says how its protocol lists models and sends a request.

    `rows` are the catalogue's models of this provider, with what the protocol can pass on.
    """

    accepts: frozenset[str]
    demanded: frozenset[str] = frozenset()
    """The sampling parameters that the protocol wants in every request, and under their one name."""

    def __init__(self, name: str, address: str, options: Options, rows: Iterable[ModelInfo]) -> None:
        """`address` is where the service is, and what is learnt about it is remembered under."""
        self.name, self._address, self._network = name, address, options.network
        self._learnt = options.kept.one(Learnt)
        self._rows = tuple(rows)
        self._known = self._rows

    async def models(self) -> tuple[ModelInfo, ...]:
        failure: PlaygroundError | None = None
        seconds = min(SECONDS, self._network.first_token or SECONDS)
        try:
            async with asyncio.timeout(seconds):
                answer = await self._list_models()
            self._known = merge_models(self._rows, self._parse_models(answer))
        except TimeoutError:
            failure = Timeout("first_token", provider=self.name, seconds=seconds)
        except Exception as error:  # noqa: BLE001 - an SDK raises anything, and none of it may go further
            failure = self._translate(error, VendorCall(provider=self.name))
        if failure:
            raise failure
        return self._known

    def assume(self, model_id: str) -> ModelInfo:
        """The facts of a model that no list names, under exactly that name: few. Raises `UnknownModel` for no name."""
        if not 0 < len(model_id) <= LONGEST_NAME or not model_id.isprintable():
            raise UnknownModel(model=model_id[:120], near="")
        return self._default_info(model_id)

    async def prepare(self, model: ModelInfo) -> AsyncIterator[Progress]:
        for nothing in tuple[Progress, ...]():
            yield nothing

    async def render(self, request: Request) -> Rendered:
        wire, _ = self._corrections().begin(request)
        return await asyncio.to_thread(self._render, request, wire)  # a conversation may have megabytes

    def _render(self, request: Request, wire: WireRequest) -> Rendered:
        content = render_body(*self._preview(wire))
        return Rendered(content=content, language="json", tokens=estimate_tokens(request), exact=False)

    def stream(self, request: Request) -> AsyncGenerator[Event]:
        start = time.perf_counter()

        def attempt(wire: WireRequest, heard: Heard) -> AsyncGenerator[Event]:
            reply = self._new_reply()
            return reply_events(self._chunks(wire, reply, heard), reply, wire.request, start)

        return request_events(attempt, request, self._network, self._corrections())

    def _corrections(self) -> Corrections:
        return Corrections(self._learnt, self._address, self.demanded)

    def _translate(self, error: Exception, call: VendorCall) -> PlaygroundError:
        """One of our errors for whatever the SDK raised: nothing of a vendor's goes further."""
        return find_own_error(error) or self._vendor_error(error, call)

    @abstractmethod
    async def _list_models(self) -> object:
        """The vendor's list as it answers, decoded from JSON. Raises what the SDK raises."""

    @abstractmethod
    def _parse_models(self, answer: object) -> Iterable[ModelInfo]:
        """The models of such a list. Raises `ValueError` for what is none."""

    @abstractmethod
    def _default_info(self, model_id: str) -> ModelInfo:
        """What is taken to be so of a model of which only the name is known."""

    @abstractmethod
    def _preview(self, wire: WireRequest) -> tuple[str, dict[str, object]]:
        """Address and body of a request, as it is shown."""

    async def _chunks(self, wire: WireRequest, reply: GrowingReply, heard: Heard) -> AsyncGenerator[object]:
        """The data of the vendor's events, or its one answer, to the end of the stream.

        The last reason to finish counts, and the mark of an end is one. Where a reason came alone, what follows is
        waited for shortly, and no failure counts any more.
        """
        failure: PlaygroundError | None = None
        chunk: object = None
        call = self._call(wire)
        try:
            async with await self._post(wire) as answer, aclosing(answer.events(heard)) as events:
                while not reply.over:
                    async with asyncio.timeout(TAIL if reply.settled else None):
                        chunk = await anext(events, _NOTHING)
                    if chunk is _NOTHING:
                        break
                    if chunk is END:
                        reply.end()
                        break
                    yield checked_chunk(chunk, call)
        except Exception as error:  # noqa: BLE001 - an SDK raises anything, and none of it may go further
            failure = self._translate(error, call)
        chunk = None  # a vendor's words, which may echo a key: no traceback shows them
        if failure and not reply.settled:
            raise failure

    @abstractmethod
    def _new_reply(self) -> GrowingReply:
        """A reply of which nothing has arrived yet."""

    @abstractmethod
    async def _post(self, wire: WireRequest) -> Answer:
        """Send a request. Raises what the SDK raises."""

    @abstractmethod
    def _call(self, wire: WireRequest) -> VendorCall:
        """The request as it was sent, to understand what a vendor objects to."""

    @abstractmethod
    def _vendor_error(self, error: Exception, call: VendorCall) -> PlaygroundError:
        """One of our errors for one of the SDK's."""


def merge_models(rows: Iterable[ModelInfo], listed: Iterable[ModelInfo]) -> tuple[ModelInfo, ...]:
    """The catalogue's rows first, as the catalogue has them; then what the vendor lists beyond them, by name."""
    known = {model.id: model for model in rows}
    others = {model.id: model for model in listed if model.id not in known}
    return (*known.values(), *(others[name] for name in sorted(others, key=str.lower)))
