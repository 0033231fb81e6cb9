"""Anthropic's models, through the Messages protocol."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

import anthropic
import httpx2

from providers.adapters.anthropic.body import body, shorten_image, wire_name
from providers.adapters.anthropic.listing import ACCEPTS, describe_model, parse_models
from providers.adapters.anthropic.reply import AnthropicReply
from providers.base import Connection
from providers.errors import MissingKey, PlaygroundError, StreamTruncated
from providers.remote.adapter import RemoteAdapter
from providers.remote.addresses import VENDORS, checked_url
from providers.remote.corrections import WireRequest
from providers.remote.http import UNUSED_KEY, Destination, client, sendable_key
from providers.remote.pools import Pools
from providers.remote.refusals import VendorCall, refusal, retry_seconds, stream_error
from providers.remote.sse import read_events
from providers.remote.stream import Heard
from providers.types import ModelInfo

BASE_URL = "https://api.anthropic.com"
WITH_SAMPLING = "2023-06-01"
"""The version of the protocol that still has temperature, top-p and top-k, for the models that take them."""
_SAMPLING = {"temperature", "top_p", "top_k"}


class _AnthropicStream(anthropic.AsyncStream[object]):
    """The SDK's connection and its reader of events, and not its idea of which events count."""

    def events(self, heard: Heard) -> AsyncGenerator[object]:
        return read_events(self.response, self._decoder, heard)


class Messages(RemoteAdapter):
    """The vendor's API; `base_url` is for a server that stands in for it in a test."""

    accepts = ACCEPTS
    demanded = frozenset({"max_tokens"})

    def __init__(self, connection: Connection, base_url: str = BASE_URL) -> None:
        rows = (
            replace(row, accepts=row.accepts & ACCEPTS, temperature_max=min(row.temperature_max, 1.0))
            for row in connection.models
        )
        self._url = checked_url(base_url)
        super().__init__(connection.provider, str(self._url), connection.options, rows)
        key = sendable_key(connection.credentials.key, self.name)
        if key is None:
            raise MissingKey(provider=self.name)
        destination = Destination(provider=self.name, url=self._url, vendors=VENDORS, headers={"x-api-key": key})
        self._sdk = anthropic.AsyncAnthropic(
            api_key=UNUSED_KEY,
            base_url=str(self._url),
            max_retries=0,
            open_telemetry={"traces": False, "propagation": False},
            http_client=client(destination, self._network, pools=connection.options.kept.one(Pools)),
        )

    async def _list_models(self) -> object:
        return (await self._sdk.get("/v1/models?limit=1000", cast_to=httpx2.Response)).json()

    def _parse_models(self, answer: object) -> Iterator[ModelInfo]:
        return parse_models(answer, self.name)

    def _default_info(self, model_id: str) -> ModelInfo:
        return describe_model(model_id, {}, self.name)

    def _preview(self, wire: WireRequest) -> tuple[str, dict[str, object]]:
        return f"{self._url}/v1/messages", body(wire.request, shorten_image)

    def _new_reply(self) -> AnthropicReply:
        return AnthropicReply(self.name)

    async def _post(self, wire: WireRequest) -> _AnthropicStream:
        older = _SAMPLING & wire.request.sampling.chosen_values().keys()
        return await self._sdk.post(
            "/v1/messages",
            body=body(wire.request),
            cast_to=object,
            options={"headers": {"anthropic-version": WITH_SAMPLING}} if older else {},
            stream=True,
            stream_cls=_AnthropicStream,
        )

    def _call(self, wire: WireRequest) -> VendorCall:
        sent = {wire_name(name): name for name in wire.request.sampling.chosen_values()}
        return VendorCall(provider=self.name, known=self._known, request=wire.request, sent=sent)

    def _vendor_error(self, error: Exception, call: VendorCall) -> PlaygroundError:
        match error:
            case anthropic.APIStatusError() if error.status_code >= 400:
                return refusal(error.status_code, error.body, retry_seconds(error.response.headers), call)
            case anthropic.APIStatusError():  # an error event in a stream that began well
                return stream_error(error.body, call)
            case anthropic.APIConnectionError() | httpx2.TransportError():
                return StreamTruncated("reset", provider=self.name)
            case _:  # JSONDecodeError, UnicodeDecodeError: what the SDK makes of a malformed event
                return StreamTruncated("malformed", provider=self.name)

    async def aclose(self) -> None:
        await self._sdk.close()


def connect(connection: Connection) -> Messages:
    """Raises `MissingKey`."""
    return Messages(connection)
