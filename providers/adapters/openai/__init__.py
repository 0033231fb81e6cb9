"""OpenAI, every row of `endpoints.toml`, and a server of the visitor's own: whatever speaks Chat Completions."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from functools import cache

import httpx2
import openai

from providers import catalog
from providers.adapters.openai.body import body, shorten_image, wire_name
from providers.adapters.openai.embedding import RemoteEmbedder
from providers.adapters.openai.listing import describe_model, parse_models
from providers.adapters.openai.reply import OpenAIReply
from providers.base import Connection, Endpoint
from providers.embedding import EmbeddingInfo
from providers.errors import InputError, MissingKey, PlaygroundError, StreamTruncated
from providers.remote.adapter import RemoteAdapter
from providers.remote.addresses import VENDORS, checked_url, vendor_hosts
from providers.remote.corrections import WireRequest
from providers.remote.http import UNUSED_KEY, Destination, client, sendable_key
from providers.remote.pools import Pools
from providers.remote.refusals import VendorCall, refusal, retry_seconds, stream_error
from providers.remote.sse import read_events
from providers.remote.stream import Heard
from providers.types import ModelInfo

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


class _OpenAIStream(openai.AsyncStream[object]):
    """The SDK's connection and its reader of events, and not its idea of where a stream ends."""

    def events(self, heard: Heard) -> AsyncGenerator[object]:
        return read_events(self.response, self._decoder, heard)


class ChatCompletions(RemoteAdapter):
    """One server that speaks the protocol."""

    def __init__(self, connection: Connection, endpoint: Endpoint, vendors: frozenset[str]) -> None:
        rows = (replace(row, accepts=row.accepts & endpoint.accepts) for row in connection.models)
        self._url = checked_url(endpoint.base_url)
        super().__init__(endpoint.name, str(self._url), connection.options, rows)
        self.accepts, self._endpoint = endpoint.accepts, endpoint
        key = sendable_key(connection.credentials.key, endpoint.name)
        if key is None and endpoint.key_variable is not None:
            raise MissingKey(provider=endpoint.name)
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
            http_client=client(destination, self._network, pools=connection.options.kept.one(Pools)),
        )

    async def _list_models(self) -> object:
        return (await self._sdk.get("/models", cast_to=httpx2.Response)).json()

    def _parse_models(self, answer: object) -> Iterator[ModelInfo]:
        return parse_models(answer, self._endpoint)

    def _default_info(self, model_id: str) -> ModelInfo:
        return describe_model(model_id, {}, self._endpoint)

    def _preview(self, wire: WireRequest) -> tuple[str, dict[str, object]]:
        return f"{self._url}{wire.prefix}/chat/completions", body(wire, self._endpoint, shorten_image)

    def _new_reply(self) -> OpenAIReply:
        return OpenAIReply(self.name)

    async def _post(self, wire: WireRequest) -> _OpenAIStream:
        return await self._sdk.post(
            f"{wire.prefix}/chat/completions",
            body=body(wire, self._endpoint),
            cast_to=object,
            stream=True,
            stream_cls=_OpenAIStream,
        )

    def embedder(self, info: EmbeddingInfo) -> RemoteEmbedder:
        return RemoteEmbedder(info, self._sdk, self._network, self._translate)

    def _call(self, wire: WireRequest) -> VendorCall:
        request = wire.request
        sent = {wire_name(name, self._endpoint, wire.names): name for name in request.sampling.chosen_values()}
        if request.logprobs is not None:
            sent |= {"logprobs": "logprobs", "top_logprobs": "logprobs"}
        if self._endpoint.usage_in_stream and "stream_options" not in wire.names:
            sent["stream_options"] = "stream_options"
        return VendorCall(provider=self.name, known=self._known, request=request, sent=sent)

    def _vendor_error(self, error: Exception, call: VendorCall) -> PlaygroundError:
        match error:
            case openai.APIStatusError():
                return refusal(error.status_code, error.body, retry_seconds(error.response.headers), call)
            case openai.APIConnectionError():
                return StreamTruncated("reset", provider=self.name)
            case openai.APIError() if error.body is not None:
                return stream_error(error.body, call)
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
    return ChatCompletions(connection, custom, _catalogue_hosts())


@cache
def _catalogue_hosts() -> frozenset[str]:
    """Read once: it is asked for with every message to a server of a visitor's own."""
    return vendor_hosts(catalog.load().endpoints.values())
