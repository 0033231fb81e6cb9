"""How good an answer is, from 0 to 1: one file a metric, found here by its name.

A metric's module has `KINDS` (the kinds of answer it can score), `BINARY` (its scores are only 0 and 1) and `score`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from playground.labs.evaluation.extract import Extraction
from playground.labs.evaluation.items import Item, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """What a score depends on besides the answer. `code_allowed`: the operator lets programs of models run here."""

    language: str = "en"
    code_allowed: bool = False


class Metric(Protocol):
    """A module of this folder."""

    KINDS: frozenset[Kind]
    BINARY: bool

    def score(self, item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
        """From 0 to 1; `None` where a person has to judge."""
        ...


def names() -> tuple[str, ...]:
    raise NotImplementedError


def metric(name: str) -> Metric:
    """Raises `InputError("metric")` for a name that is none."""
    raise NotImplementedError


async def scored(name: str, item: Item, extraction: Extraction, scoring: Scoring) -> float | None:
    """A score, worked out beside the event loop where it takes long."""
    raise NotImplementedError
