"""Kept runs as a table, and two of them compared: for every list of runs."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from playground.measuring.store import RunDescription, StoredRun
from playground.measuring.summary import Comparison
from playground.page.parts.measures import draw_cells, draw_explained, draw_heads, draw_table
from playground.page.parts.notices import Notices
from playground.page.parts.render import Renderer
from playground.page.parts.run_titles import is_graded, task_set_title, title_text

say = Notices("run_list").say
_compared = Notices("prompting").say


def draw_runs(show: Renderer, runs: Sequence[StoredRun], opened: str | None = None, *, kinds: bool = False) -> str:
    """A row a run; with `kinds`, of which kind of measurement each is, and a click on its name opens it (`pick_run`).
    `opened` is the one that is open."""
    names = ["runs_name", *(["runs_kind"] if kinds else []), "runs_when", "runs_what", "runs_columns", "runs_done"]
    heads = [say(show, name) for name in names]
    rows = "".join(_row(show, run, heads[1:], opened, kinds=kinds) for run in runs)
    return draw_table(say(show, "runs_title"), draw_heads(heads), rows, "results runs fitting")


def run_line(show: Renderer, run: StoredRun, *, kinds: bool = False) -> str:
    """A run as a dropdown has it."""
    values = {"name": run.name, "created": show.moment(run.created), "done": run.done, "all": run.description.total}
    line = show.text("run_list.run_line", **values)
    return f"{kind_title(show, run.description.measurement)}: {line}" if kinds else line


def kind_title(show: Renderer, name: str) -> str:
    """What a kind of measurement is called; one without a text goes by its own name."""
    return show.text(key) if show.has(key := f"measurement.{name}") else name


def draw_two(show: Renderer, one: StoredRun, other: StoredRun, found: Mapping[str, Comparison]) -> str:
    """A row a column that both runs have: the difference with its interval, and which was better where."""
    labels = {column.key: column.label for column in one.description.columns}
    title = _compared(show, "compared", one=one.name, other=other.name)
    graded = is_graded(one.description)
    difference = "compared_difference_graded" if graded else "compared_difference"
    names = ("compared_column", "compared_items", difference, "result_interval", "compared_paired")
    repeated = max(one.description.repeats, other.description.repeats) > 1
    test = "result_sign_info" if graded or repeated else "compared_paired_info"
    explained = (("result_interval", "compared_interval_info"), ("compared_paired", test))
    words = " ".join(draw_explained(_compared(show, name), _compared(show, info)) for name, info in explained)
    rows = []
    for key, it in found.items():
        paired = show.text("prompting.paired", better=it.better, worse=it.worse, p=show.p_compared(it.p))
        cells = [
            show.number(it.items),
            show.number(it.difference, "+.2f"),
            f"{show.number(it.low, '+.2f')} – {show.number(it.high, '+.2f')}",
            paired,
        ]
        inside = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{html.escape(labels[key])}</th>{inside}</tr>')
    table = draw_table(title, draw_heads(_compared(show, name) for name in names), "".join(rows))
    titles = "".join(f"<li>{html.escape(f'{run.name}: {title_text(show, run)}')}</li>" for run in (one, other))
    return f'<h4 class="part">{title}</h4><ul class="quiet">{titles}</ul><p class="words-used">{words}</p>{table}'


def _row(show: Renderer, run: StoredRun, heads: Sequence[str], opened: str | None, *, kinds: bool) -> str:
    it, name = run.description, html.escape(run.name)
    state = show.text("run_list.runs_whole" if run.whole else "run_list.runs_open")
    failed = f" · {show.text('run_list.runs_failed', count=run.failed)}" if run.failed else ""
    cells = [
        *([kind_title(show, it.measurement)] if kinds else []),
        show.moment(run.created),
        _what(show, it),
        ", ".join(dict.fromkeys(column.label for column in it.columns)),
        f"{run.done} / {it.total} · {state}{failed}",
    ]
    inside = draw_cells(heads, map(html.escape, cells))
    pressed = ' aria-pressed="true"' if run.id == opened else ""
    head = f'<button type="button"{pressed}>{name}</button>' if kinds else name
    kind = f'data-run="{html.escape(run.id)}" data-kind="{html.escape(it.measurement)}"'
    return f'<tr {kind}><th scope="row">{head}</th>{inside}</tr>'


def _what(show: Renderer, it: RunDescription) -> str:
    """Set, language, how many questions, and how often each is asked."""
    title = task_set_title(show, it.tasks) if it.tasks != it.measurement else ""
    parts = [title, show.in_language(it.language), show.text("run_list.runs_items", count=len(it.items))]
    parts += [show.text("run_list.runs_repeats", count=it.repeats)] if it.repeats > 1 else []
    return " · ".join(part for part in parts if part)
