"""From a request to the JSON body of Anthropic's Messages protocol."""

from __future__ import annotations

import base64
from collections.abc import Callable

from providers.remote.preview import SHORTENED
from providers.sampling import PARAMETERS
from providers.types import Image, Message, Request, Role, Text

DEFAULT_MAX_TOKENS = 4096
DEFAULT_MAX_TOKENS_REASONING = 16384
"""The protocol wants a bound; what a model thinks counts towards it."""
Encode = Callable[[Image], str]


def in_base64(image: Image) -> str:
    return base64.b64encode(image.content).decode("ascii")


def shorten_image(image: Image) -> str:
    """As `in_base64`, for showing."""
    return SHORTENED.format(length=len(image.content))


def wire_name(parameter: str) -> str:
    return PARAMETERS[parameter].wire_names.get("anthropic", parameter)


def body(request: Request, encode: Encode = in_base64) -> dict[str, object]:
    """What is sent, exactly."""
    content: dict[str, object] = {
        "model": request.model.id,
        "max_tokens": _default_max_tokens(request),
        "messages": _messages(request, encode),
        "stream": True,
    }
    if system := "\n\n".join(message.text for message in request.messages if message.role == "system"):
        content["system"] = system
    for name, value in request.sampling.chosen_values().items():
        content[wire_name(name)] = list(value) if isinstance(value, tuple) else value
    return content


def _default_max_tokens(request: Request) -> int:
    default = DEFAULT_MAX_TOKENS_REASONING if request.model.reasoning else DEFAULT_MAX_TOKENS
    return min(request.model.max_output or default, default)


def _messages(request: Request, encode: Encode) -> list[dict[str, object]]:
    """The conversation with neighbours of one role joined, as the protocol wants turns to alternate."""
    turns: list[tuple[Role, list[dict[str, object]]]] = []
    for message in request.messages:
        if message.role == "system":
            continue
        if not turns or turns[-1][0] != message.role:
            turns.append((message.role, []))
        turns[-1][1].extend(_blocks(message, encode))
    if turns and turns[-1][0] == "assistant":  # a begun answer that ends in a blank is refused
        block = turns[-1][1][-1]
        block["text"] = str(block.get("text", "")).rstrip()
    return [{"role": role, "content": blocks} for role, blocks in turns]


def _blocks(message: Message, encode: Encode) -> list[dict[str, object]]:
    blocks: list[dict[str, object]] = []
    for part in message.parts:
        match part:
            case Text(text):
                if text.strip():  # empty blocks are refused
                    blocks.append({"type": "text", "text": text})
            case Image(mime=mime):
                source = {"type": "base64", "media_type": mime, "data": encode(part)}
                blocks.append({"type": "image", "source": source})
    return blocks
