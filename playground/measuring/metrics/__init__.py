"""How good an answer is: one file a metric, found here by its name.

A metric has one or both of two faces.

- It scores the answers of a run, each from 0 to 1: then its module has `KINDS` (the kinds of answer it can score),
  `BINARY` (its scores are only 0 and 1), `SLOW` (it is worked out beside the event loop) and `score`.
- It compares texts, labels or probabilities with what would be right, on the scale that the literature uses: then it
  has `TRAITS` and `measure`, which takes what `TRAITS.needs` names (see `playground.measuring.reference`).
"""

from __future__ import annotations

import asyncio
import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Protocol, cast

from playground.measuring.errors import MeasuringError, UnusableReferences
from playground.measuring.extract import Extraction
from playground.measuring.items import Item, Kind
from playground.measuring.reference import (
    Given,
    Labels,
    Likelihoods,
    Measured,
    Needs,
    Plain,
    Probabilities,
    Texts,
    Traits,
    Vectors,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """What a score depends on besides the answer. `code_allowed`: the operator lets programs of models run here."""

    language: str = "en"
    code_allowed: bool = False


class Metric(Protocol):
    """A module of this folder that scores answers of a run."""

    KINDS: frozenset[Kind]
    BINARY: bool
    SLOW: bool

    def score(self, item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
        """From 0 to 1; `None` where a person has to judge."""
        ...


class ReferenceMetric(Protocol):
    """A module of this folder that compares with references."""

    TRAITS: Traits

    def measure(self, given: Given) -> Measured:
        """Raises `UnusableReferences`."""
        ...


@cache
def names() -> tuple[str, ...]:
    """The metrics that score the answers of a run, by the alphabet."""
    return tuple(name for name in _modules() if hasattr(_module(name), "score"))


@cache
def reference_names(needs: Needs | None = None) -> tuple[str, ...]:
    """The metrics that compare with references, by the alphabet; only those that take what `needs` names."""
    found = [name for name in _modules() if hasattr(_module(name), "measure")]
    return tuple(name for name in found if needs in (None, cast(ReferenceMetric, _module(name)).TRAITS.needs))


def metric(name: str) -> Metric:
    """Raises `MeasuringError("metric")` for a name that is none."""
    if name not in names():
        raise MeasuringError("metric", name=name[:120])
    return cast(Metric, _module(name))


def reference_metric(name: str) -> ReferenceMetric:
    """Raises `MeasuringError("metric")` for a name that is none."""
    if name not in reference_names():
        raise MeasuringError("metric", name=name[:120])
    return cast(ReferenceMetric, _module(name))


_TAKES: dict[Needs, type] = {
    "texts": Texts,
    "vectors": Vectors,
    "labels": Labels,
    "probabilities": Probabilities,
    "plain": Plain,
    "likelihoods": Likelihoods,
}


def apply_metric(name: str, given: Given) -> Measured:
    """What a reference metric says. Raises `UnusableReferences`, `("needs")` for what it does not take."""
    chosen = reference_metric(name)
    if not isinstance(given, _TAKES[chosen.TRAITS.needs]):
        raise UnusableReferences("needs", name=name)
    return chosen.measure(given)


def for_kind(kind: Kind) -> tuple[str, ...]:
    """The metrics that can score this kind of answer."""
    return tuple(name for name in names() if kind in metric(name).KINDS)


async def scored(name: str, item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """A score, worked out beside the event loop where it takes long. Nothing found is 0, whatever the metric."""
    chosen = metric(name)
    if chosen.SLOW:
        return await asyncio.to_thread(chosen.score, item, extraction, scoring)
    return chosen.score(item, extraction, scoring)


def _modules() -> list[str]:
    return sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_"))


def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")
