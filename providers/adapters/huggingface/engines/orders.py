"""What an engine's own process is told, and what it tells: pickled values on two pipes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from providers.adapters.huggingface.engines.base import Job

End = Literal["finished", "length", "no_memory", "refused"]
UNTOLD = -1
"""In the place of a token that an engine drew and does not name: see `StepResult.spelled`."""
Best = tuple[tuple[int, float], ...]
"""The likeliest tokens and their log-probabilities, likeliest first."""


@dataclass(frozen=True, slots=True)
class Begin:
    """An order: a request, by a number of its own, and the tokens that end it."""

    number: int
    job: Job
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cancel:
    number: int


Order = Begin | Cancel


@dataclass(slots=True)
class StepResult:
    """What a step has brought: tokens with their log-probabilities by request, and requests that have ended.

    An empty one is a sign of life.
    """

    drawn: list[tuple[int, list[int], list[float]]] = field(default_factory=list)
    ended: list[tuple[int, End]] = field(default_factory=list)
    best: dict[int, list[Best]] = field(default_factory=dict)
    """For each of a request's drawn tokens, where alternatives were asked for."""
    spelled: dict[int, list[bytes]] = field(default_factory=dict)
    """What the tokens before a token spell together with it, in their order, for each that follows `UNTOLD` ones."""
