"""Local models from the Hugging Face ecosystem. Light to import: the libraries come with the first connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.base import Connection

if TYPE_CHECKING:
    from providers.adapters.huggingface.provider import HuggingFace


def connect(connection: Connection) -> HuggingFace:
    from providers.adapters.huggingface.provider import HuggingFace

    return HuggingFace(connection)
