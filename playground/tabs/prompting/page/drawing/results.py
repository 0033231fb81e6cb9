"""A run's results: how far it is, the table with intervals, how steady the answers are."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from playground.measuring import Outcome, Snapshot
from playground.measuring.outcomes import Cell, State, verdict
from playground.measuring.statistics import wilson
from playground.measuring.store import ColumnDescription, RunDescription
from playground.measuring.summary import ColumnSummary, Outcomes, compare, item_means, summarise, tries
from playground.page.parts.measures import draw_explained, draw_heads, draw_swatch, draw_table, draw_whisker
from playground.page.parts.plots import SERIES
from playground.page.parts.render import Renderer
from playground.strategies.runs.describe import BASELINE
from playground.strategies.solving.strategy import strategies
from playground.tabs.prompting.page.drawing.pieces import draw_notice, say

_LONG = 90.0
"""Seconds above which minutes are said."""
_HEADS = ("column", "score", "interval", "against", "tokens", "seconds", "cost")


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
    )


def draw_run_progress(show: Renderer, snapshot: Snapshot, begun: int) -> str:
    """A bar, what is going on, and how much is left. `begun`: answers that were there before."""
    done, total = len(snapshot.outcomes), snapshot.total
    parts = [
        f"<strong>{say(show, f'state_of_{_NAMES[snapshot.state]}')}</strong>",
        f'<span data-done="{done}">{say(show, "measured", done=done, all=total)}</span>',
    ]
    if snapshot.failed:
        parts.append(f'<span class="wrong">{say(show, "failed_count", count=snapshot.failed)}</span>')
    if snapshot.state == "running":
        under_way = sum(snapshot.in_flight.values())
        parts.append(f"<span>{say(show, 'in_flight', count=under_way)}</span>")
        if done > begun:
            rest = snapshot.seconds / (done - begun) * (total - done)
            if rest > _LONG:
                parts.append(f"<span>{say(show, 'left', minutes=round(rest / 60))}</span>")
            else:
                parts.append(f"<span>{say(show, 'left_seconds', seconds=round(rest))}</span>")
    share = done / total if total else 1
    return (
        f'<div role="status" class="run-state">{"".join(parts)}</div><progress max="1" value="{share:.4f}"></progress>'
    )


def draw_results(show: Renderer, found: Sequence[ResultLine]) -> str:
    """A row a column, with its interval drawn."""
    binary = all(line.found.binary for line in found)
    names = [one if binary or one != "score" else "mean" for one in _HEADS]
    heads = draw_heads(say(show, f"result_{name}") for name in names)
    rows = "".join(_row(show, line) for line in found)
    unread = any(line.found.unread for line in found)
    return _words(show, names[1:], unread=unread) + draw_table(say(show, "results"), heads, rows)


def _words(show: Renderer, names: Sequence[str], *, unread: bool) -> str:
    """Each word of the table's head once, with its explanation, outside of what scrolls and would cut it off."""
    said = []
    for name in names:
        label = say(show, f"result_{name}")
        explained = say(show, f"result_{'score' if name == 'mean' else name}_info")
        said.append(draw_explained(label, explained))
    if unread:
        said.append(draw_explained(say(show, "no_answer"), say(show, "unread_info")))
    return f'<p class="words-used">{" ".join(said)}</p>'


def _row(show: Renderer, line: ResultLine) -> str:
    it = line.found
    cells = [
        _share(show, it),
        _interval(show, line),
        _against(show, line),
        _amount(show, line.tokens),
        "–" if it.seconds is None else show.number(it.seconds, ".2f"),
        _cost(show, it),
    ]
    inside = "".join(f"<td>{cell}</td>" for cell in cells)
    return (
        f'<tr data-column="{html.escape(line.column.key)}">'
        f'<th scope="row">{draw_swatch(line.colour)}{html.escape(line.column.label)}</th>{inside}</tr>'
    )


def _share(show: Renderer, it: ColumnSummary) -> str:
    if it.mean is None:
        eye = say(show, "by_eye", count=it.unscored) if it.unscored else say(show, "not_yet")
        return f"<small>{eye}</small>"
    value = show.number(it.mean, ".0%" if it.binary else ".2f")
    more = [say(show, "of_n", n=it.items)]
    if it.wrong and it.binary:
        more.append(say(show, "wrong_count", count=it.wrong))
    if it.unread:
        more.append(say(show, "unread_count", count=it.unread))
    if it.failed:
        more.append(say(show, "failed_count", count=it.failed))
    if it.unscored:
        more.append(say(show, "by_eye", count=it.unscored))
    return f'<span class="share">{value}</span> <small>{" · ".join(more)}</small>'


def _interval(show: Renderer, line: ResultLine) -> str:
    it = line.found
    if it.mean is None or it.low is None or it.high is None:
        return "–"
    spec = ".0%" if it.binary else ".2f"
    said = f"{show.number(it.low, spec)} – {show.number(it.high, spec)}"
    return f"{draw_whisker(it.low, it.mean, it.high, line.colour)} {said}"


def _against(show: Renderer, line: ResultLine) -> str:
    it = line.found
    if it.comparison is None:
        return f"<small>{say(show, 'baseline')}</small>" if line.column.strategy == BASELINE else "–"
    p = show.number(it.comparison.p, ".3f") if it.comparison.p >= 0.001 else "< 0.001"
    return say(show, "paired", better=it.comparison.better, worse=it.comparison.worse, p=p)


def _amount(show: Renderer, value: float | None) -> str:
    return "–" if value is None else show.number(value, ",.0f")


def _cost(show: Renderer, it: ColumnSummary) -> str:
    if it.cost is None:
        return say(show, "cost_unknown")
    return f"≈ ${show.dollars(it.cost)}" if it.cost else say(show, "nothing_cost")


def draw_steadiness(show: Renderer, description: RunDescription, outcomes: Outcomes) -> str:
    """Over several runs of each question: how often it is answered rightly. Nothing for one run."""
    if description.repeats < 2:
        return ""
    said = []
    for column in description.columns:
        found = [one for one in tries(outcomes, column.key) if one.of]
        always = sum(one.right == one.of for one in found)
        never = sum(one.right == 0 for one in found)
        counts = {"always": always, "never": never, "sometimes": len(found) - always - never}
        line = say(show, "steady", label=column.label, of=description.repeats, **counts)
        unread = sum(one.unread for one in found)
        said.append(f"<li>{line}{' ' + say(show, 'steady_unread', count=unread) if unread else ''}</li>")
    title, note = say(show, "steady_title"), say(show, "steady_note")
    return f'<h4 class="part">{title}</h4><ul>{"".join(said)}</ul><p class="quiet">{note}</p>'


def draw_whole_results(
    show: Renderer, description: RunDescription, found: Sequence[ResultLine], outcomes: Outcomes
) -> str:
    """The table with comparisons, how steady the answers are, and what to notice."""
    return draw_results(show, found) + draw_steadiness(show, description, outcomes) + draw_notice(show, "set")


_NAMES: dict[State, str] = {"running": "running", "paused": "paused", "stopped": "stopped", "done": "finished"}
