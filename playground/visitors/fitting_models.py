"""Which model would do better in a visitor's language: by what was measured here or, before that, by what its makers
say; and by the memory at hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import psutil

from providers.base import Options
from providers.types import ModelInfo

HARDLY = 1.6
"""Bits for each byte of the fixed text in a language: a model that needs more hardly speaks it. Halfway between what
the default model needs for its English, which is fluent, and for its Spanish, which is not (1.28 and 1.95)."""
_BYTES = 2
"""Of a weight."""
_WORK = 1.25
"""Of a file that is served as it is: its bytes, and those of what is computed with it."""
_FREE_LICENCES = frozenset({"Apache-2.0", "MIT"})
_MOST = 3


def speaks(model: ModelInfo, language: str) -> bool:
    """Whether it was measured to, here; else whether its makers say so, or say nothing."""
    measured = dict(model.bits).get(language)
    if measured is not None:
        return measured <= HARDLY
    return not model.languages or language in model.languages


def room(options: Options) -> int:
    """Bytes for one model: what the settings say, else half of what the computer has."""
    return options.memory or int(psutil.virtual_memory().total) // 2


def from_hub(model: ModelInfo) -> bool:
    """It would have to be fetched from the Hub."""
    return model.local and not model.here and model.package is None


def recommend_models(
    models: Iterable[ModelInfo], language: str, options: Options, *, hub: bool = True
) -> tuple[ModelInfo, ...]:
    """Models of this computer that speak a language and fit into its memory, the smallest download first.

    Those that are here, those that a package brings, and where the `hub` can be reached those of its own whose makers
    publish them as one file of a known size, that converse and may be used freely. None that would have to be fetched
    where nothing is fetched.
    """
    most = room(options)

    def fits(model: ModelInfo) -> bool:
        told = language in model.languages or any(language == one for one, _ in model.bits)
        if not model.local or model.images or not told or not speaks(model, language):
            return False
        if not model.here and options.offline:
            return False
        if from_hub(model) and not (hub and _is_free(model)):
            return False
        return (needed := _memory(model)) is not None and needed <= most

    return tuple(sorted(filter(fits, models), key=_order))[:_MOST]


def _is_free(model: ModelInfo) -> bool:
    free = model.chat and not model.gated and not model.reasoning and model.licence in _FREE_LICENCES
    return free and model.size is not None


def _memory(model: ModelInfo) -> float | None:
    """Bytes. What a package brings is unpacked, other files are loaded as they are."""
    if model.package is None and model.size is not None:
        return model.size * _WORK
    return model.parameters * _BYTES if model.parameters is not None else None


def _order(model: ModelInfo) -> tuple[bool, bool, float]:
    return not model.here, model.package is None, model.size or _memory(model) or 0


def better_ones(
    models: Sequence[ModelInfo], chosen: ModelInfo, language: str, options: Options, *, hub: bool = True
) -> tuple[ModelInfo, ...]:
    """What to use in the place of a model that hardly speaks the language; none where it does."""
    if not chosen.local or speaks(chosen, language):
        return ()
    return tuple(model for model in recommend_models(models, language, options, hub=hub) if model.id != chosen.id)
