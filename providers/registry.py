"""Which providers there are, and a connection to one of them. An adapter is imported only when it is asked for.

Every folder or module of `providers/adapters` is an adapter: it has `connect(connection) -> Provider`, and may have
`ROWS`, a `Catalog` of models that need no row in `assets` because they come with it.
"""

from __future__ import annotations

import pkgutil
import sys
from functools import cache
from importlib import import_module

import providers.adapters as folder
from providers.base import Connection, Credentials, Options, Provider
from providers.catalog import Catalog
from providers.errors import UnknownModel
from providers.pricing import load_prices

CUSTOM = "custom"
"""The provider at a base URL of the visitor's own."""


@cache
def adapters() -> tuple[str, ...]:
    """One a wire protocol or engine family. Looked for once: every message asks for them."""
    return tuple(module.name for module in pkgutil.iter_modules(folder.__path__))


def rows(adapter: str) -> Catalog:
    """The models that an adapter brings along itself."""
    found: Catalog = getattr(import_module(f"{folder.__name__}.{adapter}"), "ROWS", Catalog(models=(), endpoints={}))
    return found


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
    connection = Connection(
        provider=name,
        models=catalog.of(name),
        options=options,
        credentials=credentials,
        endpoint=catalog.endpoints.get(name),
    )
    adapter: Provider = import_module(_module(name)).connect(connection)
    return adapter


def is_imported(name: str) -> bool:
    """A provider's adapter has been imported whole."""
    return hasattr(sys.modules.get(_module(name)), "connect")


def import_adapter(name: str) -> None:
    """Import a provider's adapter. For a thread: with a vendor's SDK that takes seconds."""
    import_module(_module(name))
    load_prices()


def _module(name: str) -> str:
    return f"{folder.__name__}.{name if name in adapters() else 'openai'}"
