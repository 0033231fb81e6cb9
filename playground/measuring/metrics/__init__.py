"""How good an answer is, from 0 to 1: one file a metric, found here by its name.

A metric's module has `KINDS` (the kinds of answer it can score), `BINARY` (its scores are only 0 and 1), `SLOW` (it is
worked out beside the event loop) and `score`.
"""

from __future__ import annotations

import asyncio
import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from playground.measuring.errors import MeasuringError
from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """What a score depends on besides the answer. `code_allowed`: the operator lets programs of models run here."""

    language: str = "en"
    code_allowed: bool = False


class Metric(Protocol):
    """A module of this folder."""

    KINDS: frozenset[Kind]
    BINARY: bool
    SLOW: bool

    def score(self, item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
        """From 0 to 1; `None` where a person has to judge."""
        ...


@cache
def names() -> tuple[str, ...]:
    """The metrics there are, by the alphabet."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_")))


def metric(name: str) -> Metric:
    """Raises `MeasuringError("metric")` for a name that is none."""
    if name not in names():
        raise MeasuringError("metric", name=name[:120])
    return cast(Metric, import_module(f"{__name__}.{name}"))


def for_kind(kind: Kind) -> tuple[str, ...]:
    """The metrics that can score this kind of answer."""
    return tuple(name for name in names() if kind in metric(name).KINDS)


async def scored(name: str, item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """A score, worked out beside the event loop where it takes long. Nothing found is 0, whatever the metric."""
    chosen = metric(name)
    if chosen.SLOW:
        return await asyncio.to_thread(chosen.score, item, extraction, scoring)
    return chosen.score(item, extraction, scoring)
