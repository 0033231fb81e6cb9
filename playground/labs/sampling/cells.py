"""The cells of a sweep, and what can be said of all runs of one setting together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from providers.errors import Failure
from providers.types import Change, Finish, Progress

MAX_CELLS = 64
State = Literal["waiting", "streaming", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a cell changes; everything else is the request's."""

    temperature: float
    top_k: int | None = None
    top_p: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Every combination is a cell; at most 64, else `LimitExceeded("cells")`. A seed of `None` draws at random."""

    temperatures: tuple[float, ...]
    top_ks: tuple[int | None, ...] = (None,)
    top_ps: tuple[float | None, ...] = (None,)
    seeds: tuple[int | None, ...] = (None,)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Without the seeds, temperature by temperature."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One run, as far as it has come."""

    setting: Setting
    seed: int | None
    text: str = ""
    state: State = "waiting"
    tokens: int = 0
    distinct_1: float | None = None
    distinct_2: float | None = None
    mean_logprob: float | None = None
    """Mean natural log-probability of its tokens, the model's own; `None` where the model does not say."""
    finish: Finish | None = None
    failure: Failure | None = None
    changes: tuple[Change, ...] = ()
    progress: Progress | None = None
    """What it waits for: the model to be loaded, its place in the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The finished runs of one setting. `None`: too few runs, or too short."""

    setting: Setting
    runs: int
    agreement: float | None
    """0 to 1; 1: all runs have the same words. `None` for fewer than two runs."""
    distinct_1: float | None
    """Of all runs together."""
    distinct_2: float | None
    mean_logprob: float | None
    length: float | None
    """Mean number of tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Diversity against temperature at one top-k and top-p: (temperature, distinct-2 of all runs together), rising."""

    top_k: int | None
    top_p: float | None
    points: tuple[tuple[float, float], ...]


def groups(cells: Sequence[Cell]) -> tuple[Group, ...]:
    """One a setting, in the order of the cells."""
    raise NotImplementedError


def diversity(cells: Sequence[Cell]) -> tuple[Line, ...]:
    raise NotImplementedError
