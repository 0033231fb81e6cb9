"""Anthropic's models, through the Messages protocol."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import anthropic
import httpx2
from anthropic.types import Message, RawMessageStreamEvent

from providers.adapters.anthropic.body import body, shortened, wire_name
from providers.adapters.anthropic.listing import ACCEPTS, listed
from providers.adapters.anthropic.reply import Reply
from providers.base import Connection
from providers.errors import MissingKey, PlaygroundError, StreamTruncated, Timeout
from providers.remote.addresses import VENDORS, checked_url
from providers.remote.http import UNUSED_KEY, Destination, client, sendable_key
from providers.remote.refusals import Asked, broken_off, refusal
from providers.remote.stream import LISTING, call, estimated_tokens, merged, own_error, read, retry_after, shown
from providers.types import Event, ModelInfo, Progress, Rendered, Request

BASE_URL = "https://api.anthropic.com"
WITH_SAMPLING = "2023-06-01"
"""The version of the protocol that still has temperature, top-p and top-k, for the models that take them."""
_SAMPLING = {"temperature", "top_p", "top_k"}


class Messages:
    """The vendor's API; `base_url` is for a server that stands in for it in a test."""

    accepts = ACCEPTS

    def __init__(self, connection: Connection, base_url: str = BASE_URL) -> None:
        self.name, self._network = connection.provider, connection.options.network
        self._rows = tuple(
            replace(row, accepts=row.accepts & ACCEPTS, temperature_max=min(row.temperature_max, 1.0))
            for row in connection.models
        )
        self._known = self._rows
        key = sendable_key(connection.credentials.key, self.name)
        if key is None:
            raise MissingKey(provider=self.name)
        self._url = checked_url(base_url)
        destination = Destination(provider=self.name, url=self._url, vendors=VENDORS, headers={"x-api-key": key})
        self._sdk = anthropic.AsyncAnthropic(
            api_key=UNUSED_KEY,
            base_url=str(self._url),
            max_retries=0,
            open_telemetry={"traces": False, "propagation": False},
            http_client=client(destination, self._network),
        )

    async def models(self) -> tuple[ModelInfo, ...]:
        failure: PlaygroundError | None = None
        seconds = min(LISTING, self._network.first_token)
        try:
            async with asyncio.timeout(seconds):
                response = await self._sdk.get("/v1/models?limit=1000", cast_to=httpx2.Response)
            self._known = merged(self._rows, listed(response.json(), self.name))
        except TimeoutError:
            failure = Timeout("first_token", provider=self.name, seconds=seconds)
        except Exception as error:  # noqa: BLE001 - an SDK raises anything, and none of it may go further
            failure = self._translated(error, Asked(provider=self.name))
        if failure:
            raise failure
        return self._known

    async def prepare(self, model: ModelInfo) -> AsyncIterator[Progress]:
        for nothing in tuple[Progress, ...]():
            yield nothing

    async def render(self, request: Request) -> Rendered:
        content = shown(f"{self._url}/v1/messages", body(request, shortened))
        return Rendered(content=content, language="json", tokens=estimated_tokens(request), exact=False)

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        start = time.perf_counter()

        def attempt(request: Request) -> AsyncGenerator[Event]:
            reply = Reply(self.name)
            return read(self._chunks(request, reply), reply, request, start)

        async with aclosing(call(attempt, request, self._network)) as events:
            async for event in events:
                yield event

    async def _chunks(self, request: Request, reply: Reply) -> AsyncGenerator[RawMessageStreamEvent]:
        """The SDK's events, up to the stop reason; the usage comes with it."""
        failure: PlaygroundError | None = None
        older = _SAMPLING & request.sampling.chosen().keys()
        try:
            async with await self._sdk.post(
                "/v1/messages",
                body=body(request),
                cast_to=Message,
                options={"headers": {"anthropic-version": WITH_SAMPLING}} if older else {},
                stream=True,
                stream_cls=anthropic.AsyncStream[RawMessageStreamEvent],
            ) as chunks:
                while not reply.finish and (chunk := await anext(chunks, None)) is not None:
                    yield chunk
        except Exception as error:  # noqa: BLE001 - an SDK raises anything, and none of it may go further
            failure = self._translated(error, self._asked(request))
        if failure:
            raise failure

    def _asked(self, request: Request) -> Asked:
        sent = {wire_name(name): name for name in request.sampling.chosen() if name != "max_tokens"}
        return Asked(provider=self.name, known=self._known, request=request, sent=sent)

    def _translated(self, error: Exception, asked: Asked) -> PlaygroundError:
        if own := own_error(error):
            return own
        match error:
            case anthropic.APIStatusError() if error.status_code >= 400:
                return refusal(error.status_code, error.body, retry_after(error.response.headers), asked)
            case anthropic.APIStatusError():  # an error event in a stream that began well
                return broken_off(error.body, asked)
            case anthropic.APIConnectionError() | httpx2.TransportError():
                return StreamTruncated("reset", provider=self.name)
            case _:  # JSONDecodeError, UnicodeDecodeError: what the SDK makes of a malformed event
                return StreamTruncated("malformed", provider=self.name)

    async def aclose(self) -> None:
        await self._sdk.close()


def connect(connection: Connection) -> Messages:
    """Raises `MissingKey`."""
    return Messages(connection)
