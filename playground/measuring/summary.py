"""What a run says: how good each column is and how sure that is, against another one, and from try to try."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Literal

from playground.measuring.outcomes import Outcome, Outcomes, verdict
from playground.measuring.statistics import ALPHA, bootstrap_mean, mcnemar_exact, wilson

Finding = Literal["alike", "undecided", "better", "worse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A column against a baseline, on the items that both have scores for.

    `better` and `worse` count items; `p` is McNemar's exact one, over repeats and for graded scores the sign test that
    it is a case of. `difference` of the means with its 95 % interval (paired bootstrap over items).
    """

    baseline: str
    items: int
    better: int
    worse: int
    p: float
    difference: float
    low: float
    high: float

    def finding(self, p: float | None = None) -> Finding:
        """What it shows; `p` where it is corrected for several comparisons."""
        if self.better == self.worse == 0:
            return "alike"
        if (self.p if p is None else p) >= ALPHA:
            return "undecided"
        return "better" if self.better > self.worse else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSummary:
    """One column of a run. `mean` of the scores over items, each item the mean of its repeats; `None` without scores.

    `low` and `high`: 95 % interval, Wilson's for scores of 0 and 1 (its n is items, not tries: the repeats of an item
    are no new evidence about other items), else bootstrapped over items. Failed and unscored cells are counted and not
    part of the mean. `wrong` and `unread` count the cells with a score of 0: those with an answer, and those in which
    none was found, which may be a fault of the reading. `seconds` is the median of a cell's, in company;
    `computing` the mean of this computer's time for a cell, `None` where that was not kept. `cost` in US dollars,
    estimated; `None` where unknown.
    """

    key: str
    cells: int
    failed: int
    unscored: int
    wrong: int
    unread: int
    items: int
    mean: float | None
    low: float | None
    high: float | None
    binary: bool
    calls: int
    input_tokens: int
    output_tokens: int
    seconds: float | None
    cost: float | None
    computing: float | None = None
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTries:
    """The tries of one item in one column: how many were right, how many without an answer, and what was answered."""

    item: str
    column: str
    right: int
    unread: int
    of: int
    answers: tuple[tuple[str, int], ...]
    """Most frequent first; "" for nothing found."""


def summarise(outcomes: Outcomes, columns: Iterable[str], baseline: str | None = None) -> tuple[ColumnSummary, ...]:
    """A summary a column, in the order given, each compared with `baseline` where it is another one."""
    return tuple(
        _summary(key, outcomes, compare(outcomes, key, baseline) if baseline not in (None, key) else None)
        for key in columns
    )


def compare(outcomes: Outcomes, column: str, baseline: str | None, other: Outcomes | None = None) -> Comparison | None:
    """Two columns, of one run or of two (`other` holds the baseline's); `None` where no item has a score in both."""
    if baseline is None:
        return None
    mine, theirs = item_means(outcomes, column), item_means(outcomes if other is None else other, baseline)
    shared = [item for item in mine if item in theirs]
    if not shared:
        return None
    differences = [mine[item] - theirs[item] for item in shared]
    better, worse = sum(one > 1e-9 for one in differences), sum(one < -1e-9 for one in differences)
    low, high = bootstrap_mean(differences)
    return Comparison(
        baseline=baseline,
        items=len(shared),
        better=better,
        worse=worse,
        p=mcnemar_exact(better, worse),
        difference=fmean(differences),
        low=low,
        high=high,
    )


def item_means(outcomes: Outcomes, column: str) -> dict[str, float]:
    """The mean score of each item over its scored repeats."""
    scores: dict[str, list[float]] = {}
    for cell, outcome in sorted(outcomes.items()):
        if cell.column == column and outcome.score is not None:
            scores.setdefault(cell.item, []).append(outcome.score)
    return {item: fmean(found) for item, found in scores.items()}


def if_all_read(mean: float, unread: int, scored: int) -> float:
    """Where a mean over `scored` cells would be if every answer that could not be read had been right."""
    return min(1.0, mean + unread / scored)


def tries(outcomes: Outcomes, column: str) -> tuple[ItemTries, ...]:
    """Every item of a column over its repeats, in the order of their first cells."""
    found: dict[str, list[Outcome]] = {}
    for cell, outcome in outcomes.items():
        if cell.column == column and outcome.failure is None:
            found.setdefault(cell.item, []).append(outcome)
    return tuple(
        ItemTries(
            item=item,
            column=column,
            right=sum((outcome.score or 0) >= 1 for outcome in several),
            unread=sum(verdict(outcome) == "no_readable_answer" for outcome in several),
            of=len(several),
            answers=tuple(Counter(extracted_answer(outcome) for outcome in several).most_common()),
        )
        for item, several in found.items()
    )


def disagreements(outcomes: Outcomes, columns: Sequence[str]) -> tuple[str, ...]:
    """The items that the columns score differently or, where there are no scores, answer differently."""
    found: dict[str, dict[str, list[tuple[float | None, str]]]] = {}
    for cell, outcome in sorted(outcomes.items()):
        if cell.column in columns and outcome.failure is None:
            seen = found.setdefault(cell.item, {}).setdefault(cell.column, [])
            seen.append((outcome.score, extracted_answer(outcome) if outcome.score is None else ""))
    return tuple(item for item, by_column in found.items() if len({tuple(seen) for seen in by_column.values()}) > 1)


def extracted_answer(outcome: Outcome) -> str:
    """The answer that was found, "" for none."""
    return (outcome.extraction.value if outcome.extraction else None) or ""


def mean_computing(outcomes: Sequence[Outcome]) -> float | None:
    """Seconds of this computer's time for one of them; `None` where that is not known of all."""
    known = [outcome.computing for outcome in outcomes if outcome.computing is not None]
    return fmean(known) if known and len(known) == len(outcomes) else None


def _summary(key: str, outcomes: Outcomes, comparison: Comparison | None) -> ColumnSummary:
    mine = [outcome for cell, outcome in outcomes.items() if cell.column == key]
    whole = [outcome for outcome in mine if outcome.failure is None]
    scores = [outcome.score for outcome in whole if outcome.score is not None]
    means = list(item_means(outcomes, key).values())
    binary = all(score in (0, 1) for score in scores)
    low, high = wilson(sum(means), len(means)) if binary else bootstrap_mean(means)
    costs = [outcome.cost for outcome in mine if outcome.cost is not None]
    verdicts = Counter(map(verdict, mine))
    return ColumnSummary(
        key=key,
        cells=len(mine),
        failed=len(mine) - len(whole),
        unscored=len(whole) - len(scores),
        wrong=verdicts["wrong"],
        unread=verdicts["no_readable_answer"],
        items=len(means),
        mean=fmean(means) if means else None,
        low=low if means else None,
        high=high if means else None,
        binary=binary,
        calls=sum(outcome.calls for outcome in mine),
        input_tokens=sum(outcome.usage.input_tokens for outcome in mine),
        output_tokens=sum(outcome.usage.output_tokens for outcome in mine),
        seconds=median(outcome.seconds for outcome in whole) if whole else None,
        cost=sum(costs) if len(costs) == len(mine) else None,
        computing=mean_computing(whole),
        comparison=comparison,
    )
