"""Every kept run as a table, and two of them compared."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from playground.measuring.store import StoredRun
from playground.measuring.summary import Comparison
from playground.page.parts.measures import draw_heads, draw_table
from playground.page.parts.render import Renderer
from playground.page.parts.run_titles import task_set_title
from playground.tabs.evaluation.page.drawing.pieces import say


def draw_all_runs(show: Renderer, runs: Sequence[StoredRun]) -> str:
    """A row a run."""
    names = ("runs_name", "runs_kind", "runs_when", "runs_what", "runs_columns", "runs_done")
    heads = draw_heads(say(show, name) for name in names)
    return draw_table(say(show, "mode_runs"), heads, "".join(_row(show, run) for run in runs), "results runs fitting")


def any_run_line(show: Renderer, run: StoredRun) -> str:
    """A run as a dropdown has it."""
    values = {"name": run.name, "created": show.moment(run.created), "done": run.done, "all": run.description.total}
    return f"{kind_title(show, run.description.measurement)}: {show.text('prompting.run_line', **values)}"


def kind_title(show: Renderer, name: str) -> str:
    """What a kind of measurement is called; one without a text goes by its own name."""
    return show.text(key) if show.has(key := f"measurement.{name}") else name


def draw_any_comparison(show: Renderer, one: StoredRun, other: StoredRun, found: Mapping[str, Comparison]) -> str:
    """A row a column that both runs have: the difference with its interval, and who was better where."""
    labels = {column.key: column.label for column in one.description.columns}
    title = html.escape(show.text("prompting.compared", one=one.name, other=other.name))
    names = ("model_head", "compared_items", "against_head", "compared_paired")
    rows = []
    for key, it in found.items():
        low, high = (show.number(value, "+.2f") for value in (it.low, it.high))
        paired = show.text("prompting.paired", better=it.better, worse=it.worse, p=show.number(it.p, ".3f"))
        difference = f"{show.number(it.difference, '+.2f')} <small>({low} – {high})</small>"
        cells = (show.number(it.items), difference, html.escape(paired))
        inside = "".join(f"<td>{cell}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{html.escape(labels[key])}</th>{inside}</tr>')
    table = draw_table(title, draw_heads(say(show, name) for name in names), "".join(rows))
    return f'<h4 class="part">{title}</h4>{table}'


def _row(show: Renderer, run: StoredRun) -> str:
    it = run.description
    state = show.text("prompting.runs_whole" if run.whole else "prompting.runs_open")
    failed = f" · {show.text('prompting.failed_count', count=run.failed)}" if run.failed else ""
    what = task_set_title(show, it.tasks) if it.tasks != it.measurement else ""
    counted = f"{len(it.items)} × {it.repeats}" if it.repeats > 1 else f"{len(it.items)}"
    cells = [
        kind_title(show, it.measurement),
        show.moment(run.created),
        " · ".join(part for part in (what, it.language, show.text("evaluation.runs_items", count=counted)) if part),
        ", ".join(dict.fromkeys(column.label for column in it.columns)),
        f"{run.done} / {it.total} · {state}{failed}",
    ]
    inside = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f'<tr data-run="{html.escape(run.id)}"><th scope="row">{html.escape(run.name)}</th>{inside}</tr>'
