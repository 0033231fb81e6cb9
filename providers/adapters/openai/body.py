"""From a request to the JSON body of OpenAI's Chat Completions protocol."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from providers.base import Endpoint
from providers.remote.corrections import WireRequest
from providers.remote.preview import SHORTENED
from providers.types import Image, Message, Text

MOST_ALTERNATIVES = 20
"""Of the protocol: `top_logprobs` goes no higher."""
Encode = Callable[[Image], str]


def data_url(image: Image) -> str:
    return f"data:{image.mime};base64,{base64.b64encode(image.content).decode('ascii')}"


def shorten_image(image: Image) -> str:
    """As `data_url`, for showing."""
    return f"data:{image.mime};base64,{SHORTENED.format(length=len(image.content))}"


def body(wire: WireRequest, endpoint: Endpoint, encode: Encode = data_url) -> dict[str, object]:
    """What is sent, exactly. A temperature of 0 is sent as 0."""
    request = wire.request
    content: dict[str, object] = {
        "model": request.model.id,
        "messages": [_message(message, encode) for message in request.messages],
        "stream": True,
    }
    if endpoint.usage_in_stream and "stream_options" not in wire.names:
        content["stream_options"] = {"include_usage": True}
    for name, value in request.sampling.chosen_values().items():
        content[wire_name(name, endpoint, wire.names)] = list(value) if isinstance(value, tuple) else value
    if request.logprobs is not None:
        content["logprobs"] = True
        if request.logprobs > 0:
            content["top_logprobs"] = min(request.logprobs, MOST_ALTERNATIVES)
    return content


def wire_name(parameter: str, endpoint: Endpoint, names: Mapping[str, str | None]) -> str:
    """What the service calls a parameter; `names` are those that it turned out to have another name for."""
    if (other := names.get(parameter)) is not None:
        return other
    return endpoint.max_tokens_field if parameter == "max_tokens" else parameter


def _message(message: Message, encode: Encode) -> dict[str, object]:
    if not message.images:
        return {"role": message.role, "content": message.text}
    parts: list[dict[str, object]] = []
    for part in message.parts:
        match part:
            case Text(text):
                parts.append({"type": "text", "text": text})
            case Image():
                parts.append({"type": "image_url", "image_url": {"url": encode(part)}})
    return {"role": message.role, "content": parts}
