"""Which providers there are, and a connection to one of them. An adapter is imported only when it is asked for.

A module of this folder that is not one of the foundations is an adapter: it has `connect(connection) -> Provider`.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

import providers
from providers.base import Connection, Credentials, Options, Provider
from providers.catalog import Catalog
from providers.errors import UnknownModel

CUSTOM = "custom"
"""The provider at a base URL of the visitor's own."""
_FOUNDATIONS = {
    "types",
    "errors",
    "base",
    "catalog",
    "fit",
    "registry",
    "http",
    "addresses",
    "remote",
    "refusals",
    "decoding",
    "whitebox",
    "pricing",
    "embedding",
    "image",
    "labels",
}


def adapters() -> tuple[str, ...]:
    """The adapters of this folder, one a wire protocol or engine family."""
    return tuple(module.name for module in pkgutil.iter_modules(providers.__path__) if module.name not in _FOUNDATIONS)


def names(catalog: Catalog) -> tuple[str, ...]:
    """Every provider: the adapters, the rows of `endpoints.toml`, and `custom`."""
    return (*adapters(), *catalog.endpoints, CUSTOM)


def connect(
    name: str,
    catalog: Catalog,
    options: Options,
    credentials: Credentials = Credentials(),  # noqa: B008 - frozen
) -> Provider:
    """Open a provider. Raises `UnknownModel` for a name that is none, `MissingKey` where one is needed."""
    if name not in names(catalog):
        raise UnknownModel("provider", model=name[:120], near=", ".join(names(catalog)))
    module = name if name in adapters() else "openai"
    connection = Connection(
        provider=name,
        models=catalog.of(name),
        options=options,
        credentials=credentials,
        endpoint=catalog.endpoints.get(name),
    )
    adapter: Provider = import_module(f"providers.{module}").connect(connection)
    return adapter
