"""llama.cpp's own module, for whoever computes with it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from providers.importing import is_installed

PACKAGE = "xllamacpp"
REFUSED, NO_MODULE = 2, 3
"""How the engine's process ends where the library does not take the file, and where it cannot be imported."""


def is_here() -> bool:
    """Its package is installed; whether it loads shows in the engine's own process."""
    return is_installed(PACKAGE)


def module() -> Any:
    """Raises `ImportError`. Never in the page's own process."""
    return import_module(PACKAGE)
