"""Which model would do better in a visitor's language: by what the catalogue says of each, and the memory at hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import psutil

from providers.base import Options
from providers.types import ModelInfo

_BYTES = 2
"""Of a weight."""
_FREE_LICENCES = frozenset({"Apache-2.0", "MIT"})
_MOST = 3


def speaks(model: ModelInfo, language: str) -> bool:
    """Whether its makers say so, or say nothing."""
    return not model.languages or language in model.languages


def room(options: Options) -> int:
    """Bytes for one model: what the settings say, else half of what the computer has."""
    return options.memory or int(psutil.virtual_memory().total) // 2


def recommended(models: Iterable[ModelInfo], language: str, options: Options) -> tuple[ModelInfo, ...]:
    """Models of this computer that speak a language and fit into its memory, the smallest download first.

    Those that are here, those that a package brings, and of the Hub's those that converse and may be used freely. None
    that would have to be fetched where nothing is fetched.
    """
    most = room(options)

    def fits(model: ModelInfo) -> bool:
        if not model.local or model.images or model.parameters is None or language not in model.languages:
            return False
        if not model.here and options.offline:
            return False
        free = model.chat and not model.gated and not model.reasoning and model.licence in _FREE_LICENCES
        known = model.here or model.package is not None or free
        return known and model.parameters * _BYTES <= most

    return tuple(sorted(filter(fits, models), key=_order))[:_MOST]


def _order(model: ModelInfo) -> tuple[bool, bool, int]:
    return not model.here, model.package is None, model.size or (model.parameters or 0) * _BYTES


def better_ones(
    models: Sequence[ModelInfo], chosen: ModelInfo, language: str, options: Options
) -> tuple[ModelInfo, ...]:
    """What to use in the place of a model that hardly speaks the language; none where it does."""
    if not chosen.local or speaks(chosen, language):
        return ()
    return tuple(model for model in recommended(models, language, options) if model.id != chosen.id)
