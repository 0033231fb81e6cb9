"""OpenAI, every row of `endpoints.toml`, and a server of the visitor's own: whatever speaks Chat Completions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk

from providers import catalog
from providers.adapters.openai.body import body, shortened, wire_name
from providers.adapters.openai.embedding import RemoteEmbedder
from providers.adapters.openai.listing import listed
from providers.adapters.openai.reply import Reply
from providers.base import Connection, Endpoint
from providers.embedding import EmbeddingInfo
from providers.errors import InputError, MissingKey, PlaygroundError, StreamTruncated, Timeout
from providers.remote.addresses import VENDORS, checked_url, vendor_hosts
from providers.remote.http import UNUSED_KEY, Destination, client, sendable_key
from providers.remote.refusals import Asked, broken_off, refusal
from providers.remote.stream import LISTING, TAIL, call, estimated_tokens, merged, own_error, read, retry_after, shown
from providers.types import Event, ModelInfo, Progress, Rendered, Request

STANDARD = frozenset({"temperature", "top_p", "frequency_penalty", "presence_penalty", "max_tokens", "seed", "stop"})
"""The sampling parameters of the protocol itself."""
OPENAI = Endpoint(
    name="openai",
    title="OpenAI",
    base_url="https://api.openai.com/v1",
    key_variable="OPENAI_API_KEY",
    key_url="https://platform.openai.com/api-keys",
    accepts=STANDARD,
    max_tokens_field="max_completion_tokens",
)


class ChatCompletions:
    """One server that speaks the protocol."""

    def __init__(self, connection: Connection, endpoint: Endpoint, vendors: frozenset[str]) -> None:
        self.name, self.accepts = endpoint.name, endpoint.accepts
        self._endpoint, self._network = endpoint, connection.options.network
        self._rows = tuple(replace(row, accepts=row.accepts & endpoint.accepts) for row in connection.models)
        self._known = self._rows
        key = sendable_key(connection.credentials.key, endpoint.name)
        if key is None and endpoint.key_variable is not None:
            raise MissingKey(provider=endpoint.name)
        self._url = checked_url(endpoint.base_url)
        destination = Destination(
            provider=endpoint.name,
            url=self._url,
            vendors=vendors,
            headers={"authorization": f"Bearer {key}"} if key else {},
        )
        self._sdk = openai.AsyncOpenAI(
            api_key=UNUSED_KEY,
            base_url=str(self._url),
            max_retries=0,
            http_client=client(destination, self._network),
        )

    async def models(self) -> tuple[ModelInfo, ...]:
        failure: PlaygroundError | None = None
        seconds = min(LISTING, self._network.first_token)
        try:
            async with asyncio.timeout(seconds):
                response = await self._sdk.get("/models", cast_to=httpx2.Response)
            self._known = merged(self._rows, listed(response.json(), self._endpoint))
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
        content = shown(f"{self._url}/chat/completions", body(request, self._endpoint, shortened))
        return Rendered(content=content, language="json", tokens=estimated_tokens(request), exact=False)

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        start = time.perf_counter()

        def attempt(request: Request) -> AsyncGenerator[Event]:
            reply = Reply(self.name)
            return read(self._chunks(request, reply), reply, request, start)

        async with aclosing(call(attempt, request, self._network)) as events:
            async for event in events:
                yield event

    def embedder(self, info: EmbeddingInfo) -> RemoteEmbedder:
        return RemoteEmbedder(info, self._sdk, self._network, self._translated)

    async def _chunks(self, request: Request, reply: Reply) -> AsyncGenerator[ChatCompletionChunk]:
        """The SDK's chunks. After a finish reason it waits shortly for the usage, and no failure counts any more."""
        failure: PlaygroundError | None = None
        try:
            async with await self._sdk.post(
                "/chat/completions",
                body=body(request, self._endpoint),
                cast_to=ChatCompletionChunk,
                stream=True,
                stream_cls=openai.AsyncStream[ChatCompletionChunk],
            ) as chunks:
                while not (reply.finish and reply.reported):
                    async with asyncio.timeout(TAIL if reply.finish else None):
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        break
                    yield chunk
        except Exception as error:  # noqa: BLE001 - an SDK raises anything, and none of it may go further
            failure = self._translated(error, self._asked(request))
        if failure and not reply.finish:
            raise failure

    def _asked(self, request: Request) -> Asked:
        sent = {wire_name(name, self._endpoint): name for name in request.sampling.chosen() if name != "max_tokens"}
        if request.logprobs is not None:
            sent |= {"logprobs": "logprobs", "top_logprobs": "logprobs"}
        return Asked(provider=self.name, known=self._known, request=request, sent=sent)

    def _translated(self, error: Exception, asked: Asked) -> PlaygroundError:
        if own := own_error(error):
            return own
        match error:
            case openai.APIStatusError():
                return refusal(error.status_code, error.body, retry_after(error.response.headers), asked)
            case openai.APIConnectionError():
                return StreamTruncated("reset", provider=self.name)
            case openai.APIError() if error.body is not None:
                return broken_off(error.body, asked)
            case _:  # JSONDecodeError, UnicodeDecodeError, AssertionError: what the SDK makes of a malformed event
                return StreamTruncated("malformed", provider=self.name)

    async def aclose(self) -> None:
        await self._sdk.close()


def connect(connection: Connection) -> ChatCompletions:
    """Raises `MissingKey`, `InputError("url")`, and `Unavailable` where a hosted page may not go."""
    endpoint = connection.endpoint
    if endpoint is not None:
        if endpoint.key_variable is None and connection.credentials.base_url:
            endpoint = replace(endpoint, base_url=connection.credentials.base_url)
            return ChatCompletions(connection, endpoint, VENDORS)
        return ChatCompletions(connection, endpoint, VENDORS if endpoint.local else vendor_hosts([endpoint]))
    if connection.provider == OPENAI.name:
        return ChatCompletions(connection, OPENAI, VENDORS)
    if not connection.credentials.base_url:
        raise InputError("url")
    custom = Endpoint(
        name=connection.provider,
        title=connection.provider,
        base_url=connection.credentials.base_url,
        accepts=STANDARD,
    )
    return ChatCompletions(connection, custom, vendor_hosts(catalog.load().endpoints.values()))
