"""Local models from the Hugging Face ecosystem. Light to import: the libraries come with the first connection.

Nothing is imported here: each of the programs below, some of which take a tenth of a second, would import it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from providers.adapters.huggingface.provider import HuggingFace
    from providers.base import Connection


def connect(connection: Connection) -> HuggingFace:
    from providers.adapters.huggingface.provider import HuggingFace

    return HuggingFace(connection)
