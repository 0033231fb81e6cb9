"""What the events of "Runs" do: list, name, compare, export and delete what was measured."""

from __future__ import annotations

import html
from collections.abc import Sequence

import gradio as gr

from playground.measuring import export
from playground.measuring.notebook import Recipe, to_notebook
from playground.measuring.store import RunDescription, StoredRun
from playground.measuring.summary import Comparison
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.prompting.page.drawing.pieces import alert, told
from playground.tabs.prompting.visit.visits import PromptingVisits
from providers.errors import PlaygroundError

_TYPES = {
    "csv": ("csv", "text/csv"),
    "jsonl": ("jsonl", "application/jsonl"),
    "markdown": ("md", "text/markdown"),
    "notebook": ("ipynb", "application/x-ipynb+json"),
}
_SETUP = """from contextlib import AsyncExitStack

from playground.notebook import make_columns

STACK = AsyncExitStack()  # holds the connections to the models; `await STACK.aclose()` closes them
MADE = {one.key: one for one in await make_columns(STACK, DESCRIPTION)}"""


def listing(app: App[PromptingVisits], who: Who, chosen: str | None = None, said: str = "") -> list[object]:
    """The runs as they are now: updates of the table, both lists, the name, "really delete", and what is told."""
    show = app.show(who)
    try:
        runs = app.visits.listed(who.visitor)
    except PlaygroundError as error:
        return [alert(show, error), gr.skip(), gr.skip(), gr.skip(), gr.update(visible=False), said]
    if not runs:
        empty = gr.update(choices=[], value=None)
        return [told(show, "empty_runs"), empty, empty, "", gr.update(visible=False), said]
    known = {run.id: run for run in runs}
    one = known.get(chosen or "") or runs[0]
    choices = [(_line(show, run), run.id) for run in runs]
    others = [run.id for run in runs if run.id != one.id]
    return [
        _table(show, runs),
        gr.update(choices=choices, value=one.id),
        gr.update(choices=choices, value=others[0] if others else None),
        one.name,
        gr.update(visible=False),
        said,
    ]


def rename(app: App[PromptingVisits], who: Who, run: str | None, name: str) -> list[object]:
    """Give a run a name."""
    show = app.show(who)
    try:
        with app.visits.runs(who.visitor) as runs:
            runs.rename(run or "", " ".join(str(name).split()) or str(run))
    except PlaygroundError as error:
        return listing(app, who, run, alert(show, error))
    return listing(app, who, run, told(show, "renamed"))


def delete(app: App[PromptingVisits], who: Who, run: str | None) -> list[object]:
    """Delete a run with its answers."""
    show = app.show(who)
    try:
        with app.visits.runs(who.visitor) as runs:
            runs.delete(run or "")
    except PlaygroundError as error:
        return listing(app, who, run, alert(show, error))
    return listing(app, who, None, told(show, "deleted"))


def compare(app: App[PromptingVisits], who: Who, run: str | None, other: str | None) -> str:
    """Two runs on what they share."""
    show = app.show(who)
    try:
        with app.visits.runs(who.visitor) as runs:
            one, two = runs.load(run or ""), runs.load(other or "")
            found = runs.compare(one.id, two.id)
    except PlaygroundError as error:
        return alert(show, error)
    if not found:
        return told(show, "compared_none")
    return _compared(show, one, two, found)


def exported(app: App[PromptingVisits], who: Who, run: str | None, kind: str) -> dict[str, str] | None:
    """A run as a file; `None` where there is none."""
    try:
        with app.visits.runs(who.visitor) as runs:
            found, outcomes = runs.load(run or ""), runs.outcomes(run or "")
    except PlaygroundError:  # nothing is chosen: the list says so
        return None
    match kind:
        case "csv":
            content = "\ufeff" + export.to_csv(found, outcomes)  # so that a spreadsheet reads it as UTF-8
        case "jsonl":
            content = export.to_jsonl(found, outcomes)
        case "markdown":
            words = {word: who.text(f"report.{word}") for word in export.WORDS}
            content = export.to_markdown(found, outcomes, words)
        case _:
            content = to_notebook(found, recipe(found.description))
    ending, mime = _TYPES[kind]
    return {"name": f"aula-{found.id}.{ending}", "type": mime, "content": content}


def recipe(description: RunDescription) -> Recipe:
    """How a notebook makes the columns: as the page does."""
    return Recipe(setup=_SETUP, columns={one.key: f"MADE[{one.key!r}]" for one in description.columns})


def _line(show: Renderer, run: StoredRun) -> str:
    values = {"name": run.name, "created": _when(run), "done": run.done, "all": run.description.total}
    return show.text("prompting.run_line", **values)


def _when(run: StoredRun) -> str:
    return run.created.replace("T", " ")[:16]


def _table(show: Renderer, runs: Sequence[StoredRun]) -> str:
    names = ("runs_name", "runs_when", "runs_tasks", "result_column", "runs_done")
    heads = "".join(f'<th scope="col">{html.escape(show.text(f"prompting.{name}"))}</th>' for name in names)
    rows = "".join(_row(show, run) for run in runs)
    title = html.escape(show.text("prompting.runs_title"))
    return (
        f'<div class="results-scroll" tabindex="0" role="region" aria-label="{title}"><table class="results runs">'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(show: Renderer, run: StoredRun) -> str:
    it = run.description
    state = show.text("prompting.runs_whole" if run.whole else "prompting.runs_open")
    failed = f" · {show.text('prompting.failed_count', count=run.failed)}" if run.failed else ""
    cells = [
        _when(run),
        f"{it.tasks} ({it.language}), {len(it.items)} × {it.repeats}",
        ", ".join(dict.fromkeys(column.label for column in it.columns)),
        f"{run.done} / {it.total} · {state}{failed}",
    ]
    inside = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f'<tr data-run="{html.escape(run.id)}"><th scope="row">{html.escape(run.name)}</th>{inside}</tr>'


def _compared(show: Renderer, one: StoredRun, two: StoredRun, found: dict[str, Comparison]) -> str:
    labels = {column.key: column.label for column in one.description.columns}
    title = html.escape(show.text("prompting.compared", one=one.name, other=two.name))
    names = ("compared_column", "compared_items", "compared_difference", "result_interval", "compared_paired")
    heads = "".join(f'<th scope="col">{html.escape(show.text(f"prompting.{name}"))}</th>' for name in names)
    rows = []
    for key, it in found.items():
        paired = show.text("prompting.paired", better=it.better, worse=it.worse, p=f"{it.p:.3f}")
        cells = [str(it.items), f"{it.difference:+.2f}", f"{it.low:+.2f} – {it.high:+.2f}", paired]
        inside = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{html.escape(labels[key])}</th>{inside}</tr>')
    return (
        f'<h4 class="part">{title}</h4><div class="results-scroll" tabindex="0" role="region" aria-label="{title}">'
        f'<table class="results"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )
