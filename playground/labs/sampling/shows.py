"""What a model shows of its choices."""

from __future__ import annotations

from typing import Literal

from providers.base import Provider
from providers.errors import UnsupportedRequest
from providers.types import ModelInfo
from providers.whitebox import WhiteBox

Shows = Literal["logits", "logprobs", "text"]
"""All logits; log-probabilities of what it chose; its text alone."""


async def shows(provider: Provider, model: ModelInfo) -> Shows:
    """What can be had of that model. Loads nothing."""
    try:
        await inside(provider, model)
        return "logits"
    except UnsupportedRequest:
        return "logprobs" if model.logprobs else "text"


async def inside(provider: Provider, model: ModelInfo) -> WhiteBox:
    """The provider as one whose model can be looked into. Raises `UnsupportedRequest("logits")`. Loads nothing."""
    if not isinstance(provider, WhiteBox):
        raise UnsupportedRequest("logits", model=model.name)
    await provider.describe(model)  # a provider may show some of its models and not others
    return provider
