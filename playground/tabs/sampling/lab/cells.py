"""The cells of a sweep, and what can be said of all runs of one setting together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from statistics import fmean
from typing import Literal

from playground.tabs.sampling.lab.errors import SamplingLimit
from playground.tabs.sampling.lab.statistics import agreement, distinct
from providers.errors import Failure, InputError
from providers.types import Change, Finish, Progress

MAX_CELLS = 64
State = Literal["waiting", "streaming", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class SweepSetting:
    """What a cell changes; everything else is the request's."""

    temperature: float
    others: tuple[tuple[str, float], ...] = ()
    """Other sampling parameters by name, with their values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Every combination is a cell; at most 64, else `SamplingLimit("cells")`; none is `InputError("empty")`.

    `varied` are the values of other sampling parameters by name, of which `None` leaves the request's own; a seed of
    `None` draws at random.
    """

    temperatures: tuple[float, ...]
    varied: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    seeds: tuple[int | None, ...] = (None,)

    def __post_init__(self) -> None:
        cells = len(self.temperatures) * prod(map(len, self.varied.values())) * len(self.seeds)
        if not cells:
            raise InputError("empty")
        if cells > MAX_CELLS:
            raise SamplingLimit("cells", limit=MAX_CELLS)

    @property
    def settings(self) -> tuple[SweepSetting, ...]:
        """Without the seeds, temperature by temperature."""
        others = [
            tuple((name, value) for name, value in zip(self.varied, values, strict=True) if value is not None)
            for values in product(*self.varied.values())
        ]
        return tuple(SweepSetting(*one) for one in product(self.temperatures, others))

    @property
    def cells(self) -> tuple[SweepCell, ...]:
        """All runs before they begin, in the order of `settings` with the seeds innermost."""
        return tuple(SweepCell(setting=setting, seed=seed) for setting in self.settings for seed in self.seeds)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepCell:
    """One run, as far as it has come."""

    setting: SweepSetting
    seed: int | None
    text: str = ""
    state: State = "waiting"
    tokens: int = 0
    distinct_1: float | None = None
    """Set when it has ended, as `distinct_2` is."""
    distinct_2: float | None = None
    mean_logprob: float | None = None
    """Mean natural log-probability of its tokens, the model's own; `None` where the model does not say."""
    finish: Finish | None = None
    engine: str | None = None
    """What computed it on this computer."""
    failure: Failure | None = None
    changes: tuple[Change, ...] = ()
    progress: Progress | None = None
    """What it waits for: the model to be loaded, its place in the line."""

    @property
    def running(self) -> bool:
        return self.state in {"waiting", "streaming"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The finished runs of one setting. `None`: too few runs, or too short."""

    setting: SweepSetting
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
class DiversityLine:
    """Diversity against temperature with the rest as it is: (temperature, distinct-2 of all runs together), rising."""

    others: tuple[tuple[str, float], ...]
    points: tuple[tuple[float, float], ...]


def groups(cells: Sequence[SweepCell]) -> tuple[Group, ...]:
    """One a setting, in the order of the cells; of the runs that are done."""
    return tuple(_group(setting, [cell for cell in cells if cell.setting == setting]) for setting in _settings(cells))


def _settings(cells: Sequence[SweepCell]) -> list[SweepSetting]:
    return list(dict.fromkeys(cell.setting for cell in cells))


def _group(setting: SweepSetting, cells: Sequence[SweepCell]) -> Group:
    done = [cell for cell in cells if cell.state == "done"]
    texts = [cell.text for cell in done]
    scores = [cell.mean_logprob for cell in done if cell.mean_logprob is not None]
    return Group(
        setting=setting,
        runs=len(done),
        agreement=agreement(texts),
        distinct_1=distinct(texts, 1),
        distinct_2=distinct(texts, 2),
        mean_logprob=fmean(scores) if scores else None,
        length=fmean(cell.tokens for cell in done) if done else None,
    )


def diversity(cells: Sequence[SweepCell]) -> tuple[DiversityLine, ...]:
    """One line a setting but for its temperature; one without two words in a row has no point."""
    lines: dict[tuple[tuple[str, float], ...], list[tuple[float, float]]] = {}
    for group in groups(cells):
        points = lines.setdefault(group.setting.others, [])
        if group.distinct_2 is not None:
            points.append((group.setting.temperature, group.distinct_2))
    return tuple(DiversityLine(others=others, points=tuple(sorted(points))) for others, points in lines.items())
