"""Where the visitors' API keys are: in this process's memory, and nowhere else."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from dotenv import dotenv_values

from playground.visitors.expiring import Clock, Expiring
from providers.base import Credentials
from providers.catalog import Catalog
from providers.remote.http import sendable_key

_SDK_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "huggingface": "HF_TOKEN"}


@dataclass(slots=True)
class KeyVault:
    """Keys by visitor and provider. `environment` holds keys that every visitor may spend.

    Each visitor's keys are forgotten `seconds` after the last one was stored.
    """

    seconds: float
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    clock: Clock = time.monotonic
    _stored: Expiring[dict[str, Credentials]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._stored = Expiring(self.seconds, clock=self.clock)

    def put(self, visitor: str, provider: str, key: str | None, base_url: str | None = None) -> None:
        """Remember a key, an address, or both; neither forgets them. Raises `MissingKey("malformed")`."""
        given = Credentials(sendable_key(key, provider), (base_url or "").strip() or None)
        if given == Credentials():
            self.forget(visitor, provider)
        else:
            self._stored.put(visitor, {**(self._stored.get(visitor) or {}), provider: given})

    def get(self, visitor: str, provider: str) -> Credentials | None:
        """What the visitor stored for that provider."""
        return (self._stored.get(visitor) or {}).get(provider)

    def credentials(self, visitor: str, provider: str) -> Credentials:
        """The visitor's own key, or the environment's where that may be used; without a key where there is none."""
        return self.get(visitor, provider) or Credentials(self.environment.get(provider))

    def providers(self, visitor: str) -> frozenset[str]:
        """The providers for which `credentials` has something."""
        return frozenset(self._stored.get(visitor) or ()) | frozenset(self.environment)

    def own_providers(self, visitor: str) -> frozenset[str]:
        """The providers for which the visitor stored something, and may forget it."""
        return frozenset(self._stored.get(visitor) or ())

    def forget(self, visitor: str, provider: str | None = None) -> None:
        """Forget one key of the visitor, or all."""
        own = self._stored.pop(visitor) or {}
        if provider is not None and (kept := {name: value for name, value in own.items() if name != provider}):
            self._stored.put(visitor, kept)


def environment_keys(catalog: Catalog, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """API keys found in `environ`, by provider; by default those of the process and of `.env`, the process first."""
    if environ is None:
        environ = {name: value for name, value in dotenv_values(".env").items() if value} | dict(os.environ)
    names = _SDK_KEYS | {name: row.key_variable for name, row in catalog.endpoints.items() if row.key_variable}
    return {provider: key for provider, name in names.items() if (key := environ.get(name, "").strip())}
