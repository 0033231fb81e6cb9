"""Kept runs as a table, and two of them compared."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from playground.measuring.store import StoredRun
from playground.measuring.summary import Comparison
from playground.page.parts.measures import draw_explained, draw_heads, draw_table
from playground.page.parts.render import Renderer
from playground.tabs.prompting.page.drawing.pieces import say
from playground.tabs.prompting.page.drawing.title import is_graded, title_text


def draw_runs(show: Renderer, runs: Sequence[StoredRun]) -> str:
    """A row a run."""
    names = ("runs_name", "runs_when", "runs_tasks", "result_column", "runs_done")
    heads = draw_heads(say(show, name) for name in names)
    rows = "".join(_row(show, run) for run in runs)
    return draw_table(say(show, "runs_title"), heads, rows, "results runs")


def run_line(show: Renderer, run: StoredRun) -> str:
    """A run as a dropdown has it."""
    values = {"name": run.name, "created": show.moment(run.created), "done": run.done, "all": run.description.total}
    return show.text("prompting.run_line", **values)


def _row(show: Renderer, run: StoredRun) -> str:
    it = run.description
    state = show.text("prompting.runs_whole" if run.whole else "prompting.runs_open")
    failed = f" · {show.text('prompting.failed_count', count=run.failed)}" if run.failed else ""
    cells = [
        show.moment(run.created),
        f"{it.tasks} ({it.language}), {len(it.items)} × {it.repeats}",
        ", ".join(dict.fromkeys(column.label for column in it.columns)),
        f"{run.done} / {it.total} · {state}{failed}",
    ]
    inside = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f'<tr data-run="{html.escape(run.id)}"><th scope="row">{html.escape(run.name)}</th>{inside}</tr>'


def draw_comparison(show: Renderer, one: StoredRun, other: StoredRun, found: Mapping[str, Comparison]) -> str:
    """A row a column that both runs have: the difference with its interval, and who was right where."""
    labels = {column.key: column.label for column in one.description.columns}
    title = say(show, "compared", one=one.name, other=other.name)
    graded = is_graded(one.description)
    difference = "compared_difference_graded" if graded else "compared_difference"
    names = ("compared_column", "compared_items", difference, "result_interval", "compared_paired")
    repeated = max(one.description.repeats, other.description.repeats) > 1
    test = "result_sign_info" if graded or repeated else "compared_paired_info"
    explained = (("result_interval", "compared_interval_info"), ("compared_paired", test))
    words = " ".join(draw_explained(say(show, name), say(show, info)) for name, info in explained)
    rows = []
    for key, it in found.items():
        paired = show.text("prompting.paired", better=it.better, worse=it.worse, p=show.number(it.p, ".3f"))
        cells = [
            show.number(it.items),
            show.number(it.difference, "+.2f"),
            f"{show.number(it.low, '+.2f')} – {show.number(it.high, '+.2f')}",
            paired,
        ]
        inside = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{html.escape(labels[key])}</th>{inside}</tr>')
    table = draw_table(title, draw_heads(say(show, name) for name in names), "".join(rows))
    titles = "".join(f"<li>{html.escape(f'{run.name}: {title_text(show, run)}')}</li>" for run in (one, other))
    return f'<h4 class="part">{title}</h4><ul class="quiet">{titles}</ul><p class="words-used">{words}</p>{table}'
