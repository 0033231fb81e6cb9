"""A run as the lines of its table: each column with its numbers, compared with its baseline."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from statistics import fmean

from playground.measuring import Outcome
from playground.measuring.outcomes import Cell, Outcomes, verdict
from playground.measuring.statistics import wilson
from playground.measuring.store import ColumnDescription, RunDescription
from playground.measuring.summary import ColumnSummary, compare, item_means, mean_computing, summarise
from playground.page.parts.plots import SERIES
from playground.strategies.runs.describe import BASELINE
from playground.strategies.solving.strategy import strategies


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """A column of a run with its numbers."""

    column: ColumnDescription
    colour: str
    found: ColumnSummary

    @property
    def tokens(self) -> float | None:
        """Per question and run."""
        done = self.found.cells
        return (self.found.input_tokens + self.found.output_tokens) / done if done else None

    @property
    def cost(self) -> float | None:
        """US dollars per question and run."""
        return self.found.cost / self.found.cells if self.found.cost is not None and self.found.cells else None


def colour_of(strategy: str) -> str:
    """One colour a strategy, the same everywhere."""
    names = [one.name for one in strategies()]
    return SERIES[names.index(strategy) % len(SERIES)] if strategy in names else SERIES[0]


def baseline_of(description: RunDescription, column: ColumnDescription) -> str | None:
    """Zero-shot on the same model, where it is part of the run; else what the run is compared with."""
    same = [one.key for one in description.columns if one.strategy == BASELINE and one.model == column.model]
    return same[0] if same else description.baseline


def result_lines(description: RunDescription, outcomes: Outcomes) -> tuple[ResultLine, ...]:
    """All columns, each compared with its baseline. Takes a tenth of a second a column: resampling."""
    found = []
    for one, summary in zip(
        description.columns, summarise(outcomes, [one.key for one in description.columns]), strict=True
    ):
        baseline = baseline_of(description, one)
        comparison = compare(outcomes, one.key, baseline) if baseline != one.key else None
        found.append(
            ResultLine(column=one, colour=colour_of(one.strategy), found=replace(summary, comparison=comparison))
        )
    return tuple(found)


def partial_lines(description: RunDescription, outcomes: Outcomes) -> tuple[ResultLine, ...]:
    """The same while a run goes on: without resampling and comparisons, fast enough for five a second."""
    by_column: dict[str, dict[Cell, Outcome]] = {one.key: {} for one in description.columns}
    for cell, outcome in outcomes.items():
        by_column.setdefault(cell.column, {})[cell] = outcome
    return tuple(
        ResultLine(column=one, colour=colour_of(one.strategy), found=_so_far(by_column[one.key], one.key))
        for one in description.columns
    )


def _so_far(outcomes: Outcomes, key: str) -> ColumnSummary:
    """Of one column's outcomes."""
    mine = list(outcomes.values())
    whole = [outcome for outcome in mine if outcome.failure is None]
    means = list(item_means(outcomes, key).values())
    binary = all(outcome.score in (None, 0, 1) for outcome in whole)
    low, high = wilson(sum(means), len(means)) if means and binary else (None, None)
    costs = [outcome.cost for outcome in mine if outcome.cost is not None]
    verdicts = Counter(map(verdict, mine))
    seconds = sorted(outcome.seconds for outcome in whole)
    return ColumnSummary(
        key=key,
        cells=len(mine),
        failed=len(mine) - len(whole),
        unscored=sum(outcome.score is None for outcome in whole),
        wrong=verdicts["wrong"],
        unread=verdicts["no_readable_answer"],
        items=len(means),
        mean=fmean(means) if means else None,
        low=low,
        high=high,
        binary=binary,
        calls=sum(outcome.calls for outcome in mine),
        input_tokens=sum(outcome.usage.input_tokens for outcome in mine),
        output_tokens=sum(outcome.usage.output_tokens for outcome in mine),
        seconds=seconds[len(seconds) // 2] if seconds else None,
        cost=sum(costs) if len(costs) == len(mine) else None,
        computing=mean_computing(whole),
    )
