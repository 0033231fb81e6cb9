"""transformers, with what comes with a model bounded in it."""

from __future__ import annotations

from providers.adapters.huggingface.bounded.rendering import bound_rendering
from providers.adapters.huggingface.bounded.trying import bound_cutting


def bound_transformers() -> None:
    """From now on it renders no template in this process, and cuts no text that was not tried. Twice is as once."""
    bound_rendering()
    bound_cutting()
