"""A visitor's own questions: the file's columns are shown and assigned, its mistakes told by row."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import gradio as gr

from playground.measuring import Kind, TaskSet, readers
from playground.measuring.items import KINDS
from playground.measuring.own_file import likely_kind
from playground.measuring.table import Assignment, RowError, Table, from_table, guess, read_table
from playground.page.parts.render import Renderer
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.prompting.page.drawing.pieces import draw_alert
from playground.tabs.prompting.page.fields import OWN, task_set_choices
from playground.tabs.prompting.page.layout.measure import FIELDS, LONGEST
from playground.tabs.prompting.page.layout.tab import PromptingLayout
from playground.tabs.prompting.visit.posed import checked_kind
from playground.tabs.prompting.visit.visits import PromptingVisits
from playground.visitors.checks import checked_language
from providers.errors import InputError, PlaygroundError

_TOLD = 10
"""Mistakes that are told one by one."""


def wire_uploads(page: Page[PromptingVisits], layout: PromptingLayout) -> None:
    """A file is looked at when it arrives, and used when its columns are assigned."""
    app, parts = page.app, layout.measuring.upload

    def on_file(request: gr.Request, file: object) -> list[object]:
        return show_columns(app, app.who(request), file)

    def on_use(request: gr.Request, file: object, language: str, kind: str, *columns: object) -> list[object]:
        return use_table(app, app.who(request), file, language, kind, *columns)

    parts.file.change(on_file, parts.file, [*parts.fields, parts.use, parts.told], **PRIVATE)
    used = [*layout.measuring.fields[:2], parts.told]
    parts.use.click(on_use, [parts.file, layout.language, *parts.fields], used, **PRIVATE)


def read_upload(path: object) -> Table | TaskSet:
    """The uploaded file, under its own name: a set, where it is laid out as one of the Hub's, or else a table whose
    columns are to be assigned. Raises `DocumentError`, `InputError("empty")` for none."""
    if not isinstance(path, str) or not path:
        raise InputError("empty")
    file = Path(path)
    return readers.recognise(file) or read_table(file.read_bytes(), file.name)


def show_columns(app: App[PromptingVisits], who: Who, path: object) -> list[object]:
    """What was found: updates of the kind, each field's column, the button, and what is told."""
    show = app.show(who)
    hidden: list[object] = [gr.update(visible=False)] * (len(FIELDS) + 2)
    if not path:
        return [*hidden, ""]
    try:
        table = read_upload(path)
    except PlaygroundError as error:
        return [*hidden, draw_alert(show, error)]
    if isinstance(table, TaskSet):
        said = show.text("prompting.own_recognised", layout=table.source, rows=len(table.items))
        return [_kinds(show, (table.kind,), table.kind), *hidden[2:], gr.update(visible=True), _told(said)]
    guessed = guess(table.columns)
    columns = [gr.update(choices=list(table.columns), value=_guessed(guessed, name), visible=True) for name in FIELDS]
    found = show.text("prompting.own_columns", rows=len(table.rows), columns=", ".join(table.columns))
    kind = _kinds(show, KINDS, likely_kind(table, guessed))
    return [kind, *columns, gr.update(visible=True), _told(found)]


def use_table(
    app: App[PromptingVisits], who: Who, path: object, language: str, kind: str, *columns: object
) -> list[object]:
    """Make them the chosen set: updates of the list of sets, how many questions, and what is told."""
    show = app.show(who)
    try:
        found, errors = _chosen_set(read_upload(path), language, kind, columns)
    except PlaygroundError as error:
        return [gr.skip(), gr.skip(), draw_alert(show, error)]
    app.visits.keep_own(who.visitor, found)
    ready = show.text("prompting.own_ready", count=len(found.items), name=found.name)
    said = _told(ready) + _mistakes(show, errors)
    count = len(found.items)
    return [
        gr.update(choices=task_set_choices(app, who), value=OWN),
        gr.update(maximum=max(count, LONGEST), value=count),
        said,
    ]


def _chosen_set(
    read: Table | TaskSet, language: str, kind: str, columns: tuple[object, ...]
) -> tuple[TaskSet, tuple[RowError, ...]]:
    if isinstance(read, TaskSet):
        return read, ()
    return from_table(read, assignment_of(columns), checked_kind(kind), checked_language(language))


def _told(said: str) -> str:
    return f'<p class="told" role="status">{html.escape(said)}</p>'


def assignment_of(columns: tuple[object, ...]) -> Assignment:
    """From the values of the fields, in the order of `FIELDS`."""
    values = dict(zip(FIELDS, columns, strict=True))
    several = values["choices"] or ()
    named = [several] if isinstance(several, str) else list(cast("list[object]", several))
    return Assignment(
        question=str(values["question"] or ""),
        answer=str(values["answer"] or ""),
        accept=str(values["accept"] or ""),
        choices=tuple(str(one) for one in named),
        tests=str(values["tests"] or ""),
    )


def _kinds(show: Renderer, kinds: Sequence[Kind], chosen: str) -> object:
    """An update of the list of kinds."""
    return gr.update(visible=True, choices=[(show.text(f"prompting.kind_{one}"), one) for one in kinds], value=chosen)


def _guessed(guessed: Assignment, name: str) -> object:
    return list(guessed.choices) if name == "choices" else getattr(guessed, name) or None


def _mistakes(show: Renderer, errors: tuple[RowError, ...]) -> str:
    if not errors:
        return ""
    lines = "".join(
        f"<li>{html.escape(show.text('prompting.own_line', line=one.line, said=show.message(one.failure)))}</li>"
        for one in errors[:_TOLD]
    )
    more = len(errors) - _TOLD
    rest = f"<li>{html.escape(show.text('prompting.own_more', count=more))}</li>" if more > 0 else ""
    count = html.escape(show.text("prompting.own_errors", count=len(errors)))
    return f'<div class="notice" role="alert">{count}<ul>{lines}{rest}</ul></div>'
