"""A retrieval measurement as a table: the mean of each metric, by way of searching and by chunk size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from playground.measuring.outcomes import Outcome, Outcomes
from playground.measuring.statistics import bootstrap_mean, wilson
from playground.measuring.summary import Comparison, compare, mean_computing
from playground.tabs.rag.lab.measuring.columns import METRICS, Metric, RetrievalMeasurement, Way, key_of
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The mean of one metric over the questions, with its 95 % interval: Wilson's for values of 0 and 1, else
    bootstrapped over questions."""

    mean: float
    low: float
    high: float
    binary: bool = False
    """Every value is 0 or 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalScores:
    """One column of the table. `lost`: questions whose quotes no chunk holds; they are not part of the scores.

    `comparison` of recall@k with the baseline, exact McNemar; `seconds` is the mean of a search's in the company of the
    others under way, `computing` that of this computer's time for one, `None` where questions are embedded elsewhere.
    """

    key: str
    way: str
    cutting: str
    questions: int
    lost: int
    failed: int
    scores: Mapping[Metric, Score] = field(default_factory=dict)
    comparison: Comparison | None = None
    seconds: float | None = None
    computing: float | None = None


def table(
    outcomes: Outcomes,
    measuring: RetrievalMeasurement,
    among: Sequence[LabelledQuestion] | None = None,
    baseline: str | None = None,
) -> tuple[RetrievalScores, ...]:
    """A row a column, over all questions or only those of `among` (one language, one document).

    The baseline is a column's key, or that of a way, then on the same cutting. Without one, "dense" and "lexical" are
    compared with "hybrid" on their cutting.
    """
    asked = measuring.asked if among is None else among
    keys = [(way, cutting.label) for cutting in measuring.cuttings for way in measuring.ways]
    return rows(outcomes, keys, [one.id for one in asked], baseline)


def rows(
    outcomes: Outcomes, keys: Sequence[tuple[Way, str]], items: Sequence[str], baseline: str | None = None
) -> tuple[RetrievalScores, ...]:
    """As `table`, of ways and cuttings by their names: also of a measurement that was kept."""
    chosen = set(items)
    kept = {cell: outcome for cell, outcome in outcomes.items() if cell.item in chosen}
    present = {cell.column for cell in kept}
    return tuple(
        _row(kept, way, cutting, _against(way, cutting, baseline))
        for way, cutting in keys
        if key_of(way, cutting) in present
    )


def tables_by_language(
    outcomes: Outcomes, keys: Sequence[tuple[Way, str]], asked: Sequence[LabelledQuestion]
) -> dict[str, tuple[RetrievalScores, ...]]:
    """All questions ("") together, then each language alone."""
    found = {"": rows(outcomes, keys, [one.id for one in asked])}
    for language in sorted({one.language for one in asked if one.language}):
        found[language] = rows(outcomes, keys, [one.id for one in asked if one.language == language])
    return found


def _against(way: Way, cutting: str, baseline: str | None) -> str | None:
    against = baseline or "hybrid"
    key = against if "@" in against else f"{against}@{cutting}"
    return None if key == key_of(way, cutting) else key


def _row(outcomes: Outcomes, way: Way, cutting: str, baseline: str | None) -> RetrievalScores:
    key = key_of(way, cutting)
    mine = [outcome for cell, outcome in sorted(outcomes.items()) if cell.column == key]
    whole = [outcome for outcome in mine if outcome.failure is None]
    measured = [found for outcome in whole if (found := _metrics(outcome)) is not None]
    return RetrievalScores(
        key=key,
        way=way,
        cutting=cutting,
        questions=len(measured),
        lost=len(whole) - len(measured),
        failed=len(mine) - len(whole),
        scores={metric: score_of([one[metric] for one in measured]) for metric in METRICS} if measured else {},
        comparison=compare(outcomes, key, baseline),
        seconds=fmean(outcome.seconds for outcome in whole) if whole else None,
        computing=mean_computing(whole),
    )


def recall_of(outcomes: Outcomes, key: str, k: int) -> Score | None:
    """A column's recall at another k, at most `DEPTH`, from the traces; `None` where nothing was measured."""
    traces = [outcome.trace for cell, outcome in sorted(outcomes.items()) if cell.column == key]
    ranks = [found for trace in traces if isinstance(trace, dict) and isinstance(found := trace.get("ranks"), list)]
    return score_of([fmean(isinstance(rank, int) and rank <= k for rank in one) for one in ranks]) if ranks else None


def score_of(values: Sequence[float]) -> Score:
    """Mean and interval of at least one value."""
    binary = all(value in (0, 1) for value in values)
    low, high = wilson(sum(values), len(values)) if binary else bootstrap_mean(values)
    return Score(mean=fmean(values), low=low, high=high, binary=binary)


def _metrics(outcome: Outcome) -> dict[Metric, float] | None:
    """What a trace tells, from this run or read back from a file."""
    trace = outcome.trace
    found = trace.get("metrics") if isinstance(trace, dict) else None
    if not isinstance(found, dict):
        return None
    values = {metric: found.get(metric) for metric in METRICS}
    return {metric: float(value) for metric, value in values.items() if isinstance(value, int | float)}
