"""How many tokens a request has, estimated from above where the vendor's tokenizer is not here."""

from __future__ import annotations

from providers.image import tokens_at_most
from providers.types import Request

BYTES_PER_TOKEN = 3
TOKENS_PER_MESSAGE = 8


def estimate_tokens(request: Request) -> int:
    """Length of the input, from above: three bytes a token, something for each message, and the pictures."""
    length = sum(TOKENS_PER_MESSAGE + estimate_text_tokens(message.text) for message in request.messages)
    return length + sum(
        tokens_at_most(image, request.model) for message in request.messages for image in message.images
    )


def estimate_text_tokens(text: str) -> int:
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)
