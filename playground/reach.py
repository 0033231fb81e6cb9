"""Which models a visitor can reach, and the connection to each: catalogue, own keys, and names typed by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Protocol, runtime_checkable

from providers import registry
from providers.base import Credentials, Options, Provider
from providers.catalog import Catalog, find
from providers.errors import MissingKey, UnknownModel
from providers.types import ModelInfo

SHARED = ("huggingface", "scripted")
"""Providers without keys: one connection serves every visitor."""
LIST_SECONDS = 600
"""How long a vendor's list of models is believed."""


@runtime_checkable
class Resolves(Protocol):
    """A provider that also knows models outside the catalogue, by name."""

    async def resolve(self, model_id: str) -> ModelInfo: ...


class Keys(Protocol):
    """Where a visitor's keys are."""

    def credentials(self, visitor: str, provider: str) -> Credentials: ...

    def providers(self, visitor: str) -> frozenset[str]: ...


@dataclass(slots=True)
class _Open:
    credentials: Credentials
    provider: Provider
    listed: tuple[ModelInfo, ...] = ()
    until: float = 0.0


@dataclass(slots=True)
class Reach:
    """`scripted` models are offered only where asked for: they are no language models."""

    catalog: Catalog
    options: Options
    keys: Keys
    scripted: bool = False
    clock: Callable[[], float] = time.monotonic
    _open: dict[tuple[str, str], _Open] = field(default_factory=dict, repr=False)

    def locked(self, visitor: str, model: ModelInfo) -> bool:
        """It needs a key that the visitor has not given."""
        return self._needs_key(model.provider) and model.provider not in self.keys.providers(visitor)

    def key_providers(self) -> tuple[str, ...]:
        """Providers for which a key, or an address, can be entered."""
        return tuple(name for name in registry.names(self.catalog) if name not in SHARED)

    async def models(self, visitor: str) -> tuple[ModelInfo, ...]:
        """On this computer first, then vendors: the catalogue, and what reachable vendors list themselves.

        A vendor that does not answer is left with its catalogue rows; `refresh` tells why.
        """
        found: dict[str, ModelInfo] = {}
        shared = [name for name in SHARED if name != "scripted" or self.scripted]
        for name in shared:
            found |= {model.ref: model for model in await self.provider(visitor, name).models()}
        found |= {model.ref: model for model in self.catalog.models if model.ref not in found}
        for name in sorted(self.keys.providers(visitor)):
            found |= {model.ref: model for model in self._listed(visitor, name)}
        return tuple(sorted(found.values(), key=lambda model: not model.local))

    async def refresh(self, visitor: str, name: str) -> tuple[ModelInfo, ...]:
        """Ask a vendor for its list. Raises its errors: a wrong key is noticed here."""
        provider = self.provider(visitor, name)
        listed = await provider.models()
        opened = self._open[self._place(visitor, name)]
        opened.listed, opened.until = listed, self.clock() + LIST_SECONDS
        return listed

    async def resolve(self, visitor: str, ref: str) -> tuple[Provider, ModelInfo]:
        """The connection and the facts for `provider/model`. Raises `UnknownModel`, `MissingKey`."""
        name, _, model_id = full_name(ref, registry.names(self.catalog)).partition("/")
        if name not in registry.names(self.catalog) or not model_id:
            find(await self.models(visitor), ref)  # tells the names that look alike
            raise UnknownModel(model=ref[:120], near="")
        if name == "scripted" and not self.scripted:
            raise UnknownModel(model=ref[:120], near="")
        provider = self.provider(visitor, name)
        ref = f"{name}/{model_id}"
        known = await self.models(visitor)
        if any(model.ref == ref for model in known):
            return provider, find(known, ref)
        if isinstance(provider, Resolves):
            return provider, await provider.resolve(model_id)
        listed = self._listed(visitor, name) or await self.refresh(visitor, name)
        return provider, find((*known, *listed), ref)

    def provider(self, visitor: str, name: str) -> Provider:
        """An open connection; a new one where the visitor's key has changed. Raises `MissingKey`."""
        place = self._place(visitor, name)
        credentials = self.keys.credentials(visitor, name)
        opened = self._open.get(place)
        if opened is None or opened.credentials != credentials:
            if self._needs_key(name) and not credentials.key and not credentials.base_url:
                raise MissingKey(provider=name)
            opened = _Open(credentials, registry.connect(name, self.catalog, self.options, credentials))
            self._open[place] = opened
        return opened.provider

    async def forget(self, visitor: str) -> None:
        """Close the visitor's connections, and with them the last copies of the keys."""
        for place in [place for place in self._open if place[0] == visitor]:
            await self._open.pop(place).provider.aclose()

    def _listed(self, visitor: str, name: str) -> Iterable[ModelInfo]:
        opened = self._open.get(self._place(visitor, name))
        return opened.listed if opened and opened.until > self.clock() else ()

    def _needs_key(self, name: str) -> bool:
        if name in SHARED:
            return False
        endpoint = self.catalog.endpoints.get(name)
        return endpoint is None or endpoint.key_variable is not None

    @staticmethod
    def _place(visitor: str, name: str) -> tuple[str, str]:
        return ("", name) if name in SHARED else (visitor, name)


def full_name(ref: str, providers: Iterable[str]) -> str:
    """A folder's path, or a Hub id alone (`owner/name`), is a local model's name; a slip in a provider's is not."""
    first, _, rest = ref.partition("/")
    hub = rest and "/" not in rest and not get_close_matches(first, list(providers), cutoff=0.9)
    on_this_computer = ref.startswith("/") or hub
    return f"{SHARED[0]}/{ref}" if on_this_computer else ref
