"""Models by name, opened for as long as they are used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Protocol

from providers.base import Provider
from providers.types import ModelInfo

Opened = Mapping[str, tuple[Provider, ModelInfo]]
"""The connections to models, by name."""


class OpensModels(Protocol):
    """Whoever knows which models a visitor can reach: see `playground.visitors.reach.Reach`."""

    def open(self, visitor: str, ref: str) -> AbstractAsyncContextManager[tuple[Provider, ModelInfo]]:
        """The connection and the facts for `provider/model`, for as long as it is used."""


async def opened_for(stack: AsyncExitStack, reach: OpensModels, visitor: str, models: Sequence[str]) -> Opened:
    """Connections that live as long as the stack. Raises what opening raises."""
    found: dict[str, tuple[Provider, ModelInfo]] = {}
    for ref in models:
        provider, model = await stack.enter_async_context(reach.open(visitor, ref))
        found[model.ref] = (provider, model)
    return found
