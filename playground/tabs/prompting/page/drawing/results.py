"""A run's results: how far it is, the table with intervals, how steady the answers are."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from statistics import fmean

from playground.measuring import Snapshot
from playground.measuring.outcomes import Outcomes, State
from playground.measuring.store import RunDescription
from playground.measuring.summary import ColumnSummary, tries
from playground.page.parts.measures import (
    draw_explained,
    draw_heads,
    draw_interval,
    draw_mean,
    draw_swatch,
    draw_wide_table,
)
from playground.page.parts.render import Renderer
from playground.page.parts.run_floors import draw_floors
from playground.strategies.runs.describe import BASELINE
from playground.tabs.prompting.page.drawing.findings import draw_findings
from playground.tabs.prompting.page.drawing.lines import ResultLine
from playground.tabs.prompting.page.drawing.pieces import draw_notice, say
from playground.tabs.prompting.page.drawing.title import is_graded, metric_name

_LONG = 90.0
"""Seconds above which minutes are said."""
_HEADS = ("column", "score", "interval", "against", "tokens", "computing", "seconds", "cost")


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


def draw_results(show: Renderer, found: Sequence[ResultLine], description: RunDescription | None = None) -> str:
    """A row a column, with its interval drawn; of a `description` also what always the same answer would reach."""
    binary = all(line.found.binary for line in found) and not (description is not None and is_graded(description))
    heads = {name: say(show, f"result_{name}") for name in _HEADS}
    if not binary:
        named = description is not None and is_graded(description)
        metric = metric_name(show, description) if named and description is not None else ""
        heads["score"] = say(show, "result_mean_of", metric=metric) if metric else say(show, "result_mean")
    explained = _choose_explanations(binary, found, repeats=description.repeats if description is not None else 1)
    rows = "".join(_row(show, line, binary=binary) for line in found)
    foot = draw_floors(show, description, len(_HEADS) - 2) if description is not None and binary else ""
    words = _words(show, heads, explained, unread=any(line.found.unread for line in found))
    every = html.escape(show.text("page.all_columns"))
    return draw_wide_table(say(show, "results"), draw_heads(heads.values()), rows, every, foot) + words


def _choose_explanations(binary: bool, found: Sequence[ResultLine], repeats: int) -> dict[str, str]:
    """Which text explains each head: of the interval and of the test that were really used."""
    intervals = {line.found.binary for line in found if line.found.mean is not None} or {binary}
    texts = {name: f"result_{name}_info" for name in _HEADS[1:]}
    if not binary:
        texts["score"] = "result_mean_info"
    if intervals != {True}:
        texts["interval"] = "result_bootstrap_info" if intervals == {False} else "result_intervals_info"
    if not binary or repeats > 1:
        texts["against"] = "result_sign_info"
    return texts


def _words(show: Renderer, heads: Mapping[str, str], explained: Mapping[str, str], *, unread: bool) -> str:
    """Each word of the table's head once, with its explanation, outside of what scrolls and would cut it off."""
    said = [draw_explained(heads[name], say(show, text)) for name, text in explained.items()]
    if unread:
        said.append(draw_explained(say(show, "no_answer"), say(show, "unread_info")))
    return f'<p class="words-used">{" ".join(said)}</p>'


def _row(show: Renderer, line: ResultLine, *, binary: bool) -> str:
    it, spec = line.found, ".0%" if binary else ".2f"
    cells = [
        draw_mean(show, it, spec),
        draw_interval(show, it, line.colour, spec),
        _against(show, line),
        _amount(show, line.tokens),
        show.seconds(it.computing),
        show.seconds(it.seconds),
        _cost(show, it),
    ]
    inside = "".join(f"<td>{cell}</td>" for cell in cells)
    return (
        f'<tr data-column="{html.escape(line.column.key)}">'
        f'<th scope="row">{draw_swatch(line.colour)}{html.escape(line.column.label)}</th>{inside}</tr>'
    )


def _against(show: Renderer, line: ResultLine) -> str:
    it = line.found
    if it.comparison is None:
        return f"<small>{say(show, 'baseline')}</small>" if line.column.strategy == BASELINE else "–"
    p = show.p_compared(it.comparison.p)
    return say(show, "paired", better=it.comparison.better, worse=it.comparison.worse, p=p)


def _amount(show: Renderer, value: float | None) -> str:
    return "–" if value is None else show.number(value, ",.0f")


def _cost(show: Renderer, it: ColumnSummary) -> str:
    if it.cost is None:
        return html.escape(show.text("facts.cost_unknown"))
    return f"≈ ${show.dollars(it.cost)}" if it.cost else say(show, "nothing_cost")


def draw_steadiness(show: Renderer, description: RunDescription, outcomes: Outcomes) -> str:
    """Over several runs of each question: how often it is answered rightly. Nothing for one run."""
    if description.repeats < 2:
        return ""
    if is_graded(description):
        return _draw_spread(show, description, outcomes)
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
    """The table with comparisons, what it shows, how steady the answers are, and what to notice."""
    return (
        draw_results(show, found, description)
        + draw_findings(show, description, found, outcomes)
        + draw_steadiness(show, description, outcomes)
        + draw_notice(show, "set")
    )


def _draw_spread(show: Renderer, description: RunDescription, outcomes: Outcomes) -> str:
    """How far the scores of a question lie apart, on average: where answers are more or less good, none is right."""
    said = []
    for column in description.columns:
        scores: dict[str, list[float]] = {}
        for cell, outcome in outcomes.items():
            if cell.column == column.key and outcome.score is not None:
                scores.setdefault(cell.item, []).append(outcome.score)
        if spreads := [max(found) - min(found) for found in scores.values()]:
            spread = show.number(fmean(spreads), ".2f")
            said.append(f"<li>{say(show, 'spread', label=column.label, spread=spread, of=description.repeats)}</li>")
    return f'<h4 class="part">{say(show, "spread_title")}</h4><ul>{"".join(said)}</ul>' if said else ""


_NAMES: dict[State, str] = {"running": "running", "paused": "paused", "stopped": "stopped", "done": "finished"}
