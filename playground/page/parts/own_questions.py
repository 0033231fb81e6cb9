"""A visitor's own questions: the file's columns are shown, the visitor says which is what, mistakes are told by row.

The fields are drawn, and are no components: which there are depends on the file, and the page is light without them.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from playground.measuring import Kind, TaskSet, readers
from playground.measuring.errors import DocumentError
from playground.measuring.items import KINDS
from playground.measuring.own_file import likely_kind
from playground.measuring.rows import cell_text
from playground.measuring.table import Assignment, RowError, Table, from_table, guess, read_table
from playground.page.parts.notices import Notices
from playground.page.parts.places import KEPT, place
from playground.page.parts.render import Renderer
from playground.page.parts.task_sets import OWN, task_set_choices
from playground.page.program import PRIVATE, App, Program, Who
from playground.visitors.checks import checked_kind, checked_language
from playground.visitors.strategy_runs import StrategyRuns
from playground.web.scripts import script_body
from providers.errors import InputError, PlaygroundError

FIELDS = ("question", "answer", "accept", "choices", "tests")
"""Of an item: those that a column of a visitor's file can be assigned to."""
_NEEDED = {"question", "answer"}
_TOLD = 10
"""Mistakes that are told one by one."""
_SHOWN, _LONGEST = 3, 80
"""Rows of the file that are shown, and characters of a value."""
_NOTICES = Notices("prompting")
say, draw_alert = _NOTICES.say, _NOTICES.draw_alert


@dataclass(frozen=True, slots=True)
class OwnQuestionsLayout:
    """`columns` is where the file's columns are drawn, chosen, and what is wrong with it told."""

    file: gr.File
    columns: gr.HTML


def lay_out_own_questions(program: Program, name: str) -> OwnQuestionsLayout:
    """Folded; `name` begins the ids."""
    label = program.label
    with gr.Accordion(label("prompting.own"), open=False, elem_id=f"{name}-own"):
        gr.Markdown(label("prompting.own_intro"), elem_classes="quiet")
        file = gr.File(
            label=label("prompting.own_file"),
            type="filepath",
            file_types=[".csv", ".tsv", ".jsonl", ".json"],
            height=110,
            elem_id=f"{name}-file",
            elem_classes=[KEPT],
        )
        columns = place(f"{name}-own-told", script_body("own_columns"))
    return OwnQuestionsLayout(file, columns)


def wire_own_questions(
    app: App[StrategyRuns],
    parts: OwnQuestionsLayout,
    language: gr.components.Component,
    fields: Sequence[gr.components.Component],
    count: Callable[[int], object],
) -> None:
    """A file is looked at when it arrives, and used when its columns are assigned. `fields` are the list of sets and
    how many questions are asked; `count` is the update of the latter for a set of so many."""

    def on_file(request: gr.Request, file: object) -> str:
        return show_columns(app, app.who(request), file)

    def on_use(request: gr.Request, event: gr.EventData, file: object, spoken: object) -> list[object]:
        who = app.who(request)
        chosen = {name: getattr(event, name, None) for name in ("kind", *FIELDS)}
        told, found = use_table(app, who, file, spoken, chosen)
        if found is None:
            return [gr.skip(), gr.skip(), told]
        return [gr.update(choices=task_set_choices(app, who), value=OWN), count(len(found.items)), told]

    parts.file.change(on_file, parts.file, parts.columns, **PRIVATE)
    parts.columns.use(on_use, [parts.file, language], [*fields, parts.columns], **PRIVATE)


def read_upload(path: object) -> Table | TaskSet:
    """The uploaded file, under its own name: a set, where it is laid out as one of the Hub's, or else a table whose
    columns are to be assigned. Raises `DocumentError`, also for one that is gone, `InputError("empty")` for none."""
    if not isinstance(path, str) or not path:
        raise InputError("empty")
    file = Path(path)
    try:
        return readers.recognise(file) or read_table(file.read_bytes(), file.name)
    except OSError:  # the server deletes uploads after some time
        raise DocumentError("table", file=file.name) from None


def show_columns(app: Program, who: Who, path: object) -> str:
    """What was found, drawn: the columns to choose from, with the first rows; nothing for no file."""
    show = app.show(who)
    if not path:
        return ""
    try:
        table = read_upload(path)
    except PlaygroundError as error:
        return draw_alert(show, error)
    if isinstance(table, TaskSet):
        said = say(show, "own_recognised", layout=table.source, rows=len(table.items))
        return _form(show, said, _kinds(show, (table.kind,), table.kind))
    guessed = guess(table.columns)
    said = say(show, "own_columns", rows=len(table.rows), columns=", ".join(table.columns))
    chosen = _kinds(show, KINDS, likely_kind(table, guessed)) + "".join(
        _several(show, table.columns, guessed.choices) if name == "choices" else _one(show, name, table, guessed)
        for name in FIELDS
    )
    return _form(show, said, chosen, _rows(show, table))


def use_table(
    app: App[StrategyRuns], who: Who, path: object, language: object, chosen: Mapping[str, object]
) -> tuple[str, TaskSet | None]:
    """Make them the visitor's own set: what is told, and the set, `None` where nothing can be used. `chosen` has the
    kind, and a column, or several, by the names of `FIELDS`."""
    show = app.show(who)
    try:
        read = read_upload(path)
        if isinstance(read, TaskSet):
            found, errors = read, tuple[RowError, ...]()
        else:
            kind = checked_kind(chosen.get("kind"))
            found, errors = from_table(read, assignment_of(chosen), kind, checked_language(language))
    except PlaygroundError as error:
        return draw_alert(show, error), None
    app.visits.keep_own(who.visitor, found)
    ready = say(show, "own_ready", count=len(found.items), name=found.name)
    return f'<p class="told" role="status">{ready}</p>{_mistakes(show, errors)}', found


def assignment_of(chosen: Mapping[str, object]) -> Assignment:
    """From the values of the fields, by their names."""
    several = chosen.get("choices") or ()
    named = [several] if isinstance(several, str) else list(several) if isinstance(several, list | tuple) else []
    return Assignment(
        question=str(chosen.get("question") or ""),
        answer=str(chosen.get("answer") or ""),
        accept=str(chosen.get("accept") or ""),
        choices=tuple(str(one) for one in named),
        tests=str(chosen.get("tests") or ""),
    )


def _form(show: Renderer, said: str, fields: str, rows: str = "") -> str:
    return (
        f'<form class="own-columns"><p class="told" role="status">{said}</p>'
        f'<div class="own-fields">{fields}</div>{rows}'
        f'<button type="submit" class="inline-button primary">{say(show, "own_use")}</button></form>'
    )


def _kinds(show: Renderer, kinds: Sequence[Kind], chosen: str) -> str:
    options = "".join(_option(one, say(show, f"kind_{one}"), one == chosen) for one in kinds)
    return f'<label>{say(show, "kind")} <select name="kind">{options}</select></label>'


def _one(show: Renderer, name: str, table: Table, guessed: Assignment) -> str:
    """A field that is one column; those that are not needed may be none."""
    chosen = getattr(guessed, name)
    none = "" if name in _NEEDED and chosen else _option("", say(show, "column_none"), not chosen)
    options = "".join(_option(one, html.escape(one), one == chosen) for one in table.columns)
    return f'<label>{say(show, f"column_{name}")} <select name="{name}">{none}{options}</select></label>'


def _several(show: Renderer, columns: Sequence[str], chosen: Sequence[str]) -> str:
    """A field that may be several columns."""
    boxes = "".join(
        f'<label><input type="checkbox" name="column" value="{html.escape(one)}"{" checked" * (one in chosen)}> '
        f"{html.escape(one)}</label>"
        for one in columns
    )
    return f"<fieldset><legend>{say(show, 'column_choices')}</legend>{boxes}</fieldset>"


def _option(value: str, said: str, chosen: bool) -> str:
    return f'<option value="{html.escape(value)}"{" selected" * chosen}>{said}</option>'


def _rows(show: Renderer, table: Table) -> str:
    """The first rows as they are, so that one sees which column is which."""
    heads = "".join(f'<th scope="col">{html.escape(one)}</th>' for one in table.columns)
    lines = "".join(
        f"<tr>{''.join(f'<td>{html.escape(_short(row.get(one)))}</td>' for one in table.columns)}</tr>"
        for _, row in table.rows[:_SHOWN]
    )
    title = say(show, "own_rows")
    return (
        f'<div class="results-scroll" tabindex="0" role="region" aria-label="{title}">'
        f'<table class="results runs"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _short(value: object) -> str:
    text = ", ".join(map(cell_text, value)) if isinstance(value, list) else cell_text(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _mistakes(show: Renderer, errors: Sequence[RowError]) -> str:
    if not errors:
        return ""
    lines = "".join(
        f"<li>{say(show, 'own_line', line=one.line, said=show.message(one.failure))}</li>" for one in errors[:_TOLD]
    )
    more = len(errors) - _TOLD
    rest = f"<li>{say(show, 'own_more', count=more)}</li>" if more > 0 else ""
    return f'<div class="notice" role="alert">{say(show, "own_errors", count=len(errors))}<ul>{lines}{rest}</ul></div>'
