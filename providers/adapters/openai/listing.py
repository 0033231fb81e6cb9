"""From a server's list of models to what they take, as far as the list says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from providers.base import Endpoint
from providers.types import ModelInfo

_NO_CHAT = re.compile(
    r"embed|whisper|transcri|moderation|dall-e|image|realtime|rerank|guard|(^|[-_./])(tts|ocr|veo|sora|aqa|audio|speech)\b"
)
_NO_CHAT_AT_OPENAI = re.compile(
    r"^(ada|babbage|curie|davinci|text)\b|-instruct|audio|codex|computer-use|deep-research|-live|search-(preview|api)"
    r"|-(pro|cyber)(-\d{4}-\d\d-\d\d)?$"
)
"""Base models, other modalities, and what speaks the Responses protocol only."""
_SAYS_IT_SEES = re.compile(
    r"(^|[-_/.:\d])(vl|vlm|vision|llava|bakllava|smolvlm|pixtral|moondream|minicpm-?v|internvl|idefics\d?|gemini)([-_.:\d]|$)",
    re.IGNORECASE,
)
"""Families whose very name says that they take pictures: most servers say nothing else."""
_TAKES_SAMPLING = re.compile(r"^(ft:)?(gpt-3\.5|gpt-4)|^chatgpt-")
"""OpenAI's models before those that reason: the ones that take a temperature."""


def parse_models(answer: object, endpoint: Endpoint) -> Iterator[ModelInfo]:
    """The chat models of a `GET /models`. Of one that says nothing about itself, nothing good is assumed.

    Raises `ValueError` for what is no list of models.
    """
    rows = answer.get("data") if isinstance(answer, Mapping) else answer
    if not isinstance(rows, list):
        raise ValueError("no list of models")
    for row in rows:
        if isinstance(row, Mapping) and isinstance(name := row.get("id"), str) and name:
            name = name.removeprefix("models/")  # Gemini's
            if len(name) <= 200 and _chats(name, row, endpoint):
                yield describe_model(name, row, endpoint)


def _chats(name: str, row: Mapping[str, object], endpoint: Endpoint) -> bool:
    capabilities = row.get("capabilities")
    if isinstance(capabilities, Mapping) and capabilities.get("completion_chat") is False:  # Mistral's
        return False
    if endpoint.local or endpoint.key_variable is None:
        return "embed" not in name.lower()  # a server of one's own serves what its owner chose
    if endpoint.name == "openai" and _NO_CHAT_AT_OPENAI.search(name):
        return False
    return not _NO_CHAT.search(name.lower())


def describe_model(name: str, row: Mapping[str, object], endpoint: Endpoint) -> ModelInfo:
    """What a row of the list says of a model; of an empty one, what its name says."""
    accepts = endpoint.accepts
    if endpoint.name == "openai" and not _TAKES_SAMPLING.search(name):
        accepts &= frozenset({"max_tokens"})
    return ModelInfo(
        id=name,
        provider=endpoint.name,
        name=name,
        accepts=accepts,
        images=_sees(row) or bool(_SAYS_IT_SEES.search(name)),
        logprobs=endpoint.logprobs,
        local=endpoint.local,
        here=endpoint.local,
        context=_context(row),
        first_token=endpoint.first_token,
    )


def _context(row: Mapping[str, object]) -> int | None:
    """As OpenRouter, Groq, vLLM and Mistral call it."""
    for field in ("context_length", "context_window", "max_model_len", "max_context_length"):
        if isinstance(value := row.get(field), int) and value > 0:
            return value
    return None


def _sees(row: Mapping[str, object]) -> bool:
    """As OpenRouter and Mistral say it."""
    architecture, capabilities = row.get("architecture"), row.get("capabilities")
    if isinstance(architecture, Mapping) and isinstance(modalities := architecture.get("input_modalities"), list):
        return "image" in modalities
    return isinstance(capabilities, Mapping) and capabilities.get("vision") is True
