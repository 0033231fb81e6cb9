"""What some of the providers can do that `Reach` connects visitors with, and whom it asks about a visitor."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from providers.base import Credentials
from providers.types import ModelInfo, Progress


@runtime_checkable
class Resolves(Protocol):
    """A provider that also knows models outside the catalogue, by name."""

    async def resolve(self, model_id: str) -> ModelInfo: ...


@runtime_checkable
class Assumes(Protocol):
    """A provider that can be asked for a model under any name."""

    def assume(self, model_id: str) -> ModelInfo: ...


@runtime_checkable
class Fetches(Protocol):
    """A provider that brings models to this computer, in the background, once for all who wait for one."""

    def fetching(self, model: ModelInfo) -> Progress | None:
        """How far it is, where it is being fetched or made ready now."""
        ...

    async def pause(self, model: ModelInfo, *, alone: bool) -> bool:
        """Stop fetching it, so that whoever asks for it from then on goes on from there; with `alone` only where nobody
        else waits for it. Whether that was done: it may have been ready before."""
        ...


@runtime_checkable
class Settles(Protocol):
    """A provider of models that may be answered by one engine or another."""

    async def settle(self, model: ModelInfo) -> None:
        """While nobody is answered: find out which engine answers a lone request for this model, which is ready,
        soonest, and keep that one ready too. Raises as `Provider.prepare`.
        """
        ...


@runtime_checkable
class ReachesHub(Protocol):
    """A provider whose models come from a hub."""

    async def reaches_hub(self) -> bool:
        """Whether it answers, in a few seconds. Nothing is fetched."""
        ...


class VisitorKeys(Protocol):
    """Where a visitor's keys are."""

    def credentials(self, visitor: str, provider: str) -> Credentials: ...

    def providers(self, visitor: str) -> frozenset[str]: ...


class ChecksTerms(Protocol):
    """Who knows what a visitor has accepted. Blocking."""

    def check(self, visitor: str, model: ModelInfo) -> None: ...
