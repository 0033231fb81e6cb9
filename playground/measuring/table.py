"""A visitor's own questions: CSV or JSON Lines, its columns shown and assigned, its mistakes told by line."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType

from playground.measuring import metrics
from playground.measuring.choice_answers import Choosing, answer_form, chosen_place, split_choices
from playground.measuring.csv_rows import csv_rows
from playground.measuring.errors import DocumentError, MeasuringLimit
from playground.measuring.formulas import is_mathematics
from playground.measuring.items import LETTERS, Item, Kind, TaskSet
from playground.measuring.rows import MAX_ROWS, RowReader, cell_text, json_object
from playground.measuring.tasks import own_wording, set_rows
from providers.errors import Failure

_ENCODINGS = ("utf-8-sig", "cp1252")
_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "question": ("question", "pregunta", "input", "prompt", "text", "texto", "problem", "problema", "entrada"),
        "answer": (
            "answer", "respuesta", "answerkey", "answer key", "target", "label", "etiqueta", "output", "gold",
            "solution", "salida",
        ),
        "accept": ("accept", "accepted", "aliases", "variants", "variantes", "aceptadas", "references"),
        "choices": ("choices", "options", "opciones", "labels", "etiquetas"),
        "level": ("level", "nivel", "difficulty", "dificultad"),
        "tests": ("tests", "test", "pruebas", "prueba"),
        "id": ("id", "identifier", "identificador", "número", "number"),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowError:
    """A line that cannot be used, and why."""

    line: int
    failure: Failure


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds. `rows` have the columns' values as text, numbers or lists, and the line each began on."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, object]], ...]
    broken: tuple[RowError, ...] = ()
    """Lines that could not be read at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Which column is what; "" for none. `choices` may be several columns."""

    question: str = ""
    answer: str = ""
    accept: str = ""
    choices: tuple[str, ...] = ()
    level: str = ""
    tests: str = ""
    id: str = ""


def read_table(content: bytes, name: str) -> Table:
    """CSV (comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252), JSON Lines, or one JSON list of objects.

    Raises `DocumentError` with "table", "line" or "no_rows", and `MeasuringLimit("rows")`.
    """
    text = _text(content, name)
    begin = text.lstrip()[:1]
    rows, broken = (_json_rows(text, name), []) if begin in ("{", "[") else csv_rows(text, name)
    if not rows:
        raise DocumentError("no_rows", file=name)
    if len(rows) > MAX_ROWS:
        raise MeasuringLimit("rows", limit=MAX_ROWS)
    columns = dict.fromkeys(column for _, row in rows for column in row)
    told = [RowError(line, Failure.of(DocumentError("row_quotes", file=name, line=line))) for line in broken]
    return Table(name, tuple(columns), tuple(rows), tuple(told))


def guess(columns: Sequence[str]) -> Assignment:
    """What the columns' names suggest. Choices may be one column, or several: `A`, `B` … or `option 1` …"""
    plain = {_plain(column): column for column in columns}
    found = {field: next((plain[name] for name in names if name in plain), "") for field, names in _NAMES.items()}
    several = [
        plain[name] for name in plain if re.fullmatch(r"[a-j]|(?:choice|option|opción|opcion)[ _]?\w{1,2}", name)
    ]
    choices = (found["choices"],) if found["choices"] else tuple(several) if len(several) > 1 else ()
    return Assignment(
        question=found["question"],
        answer=found["answer"],
        accept=found["accept"],
        choices=choices,
        level=found["level"],
        tests=found["tests"],
        id=found["id"],
    )


def _plain(column: str) -> str:
    return re.sub(r"[^\w]+", " ", unicodedata.normalize("NFC", column)).strip().casefold()


def from_table(table: Table, assignment: Assignment, kind: Kind, language: str) -> tuple[TaskSet, tuple[RowError, ...]]:
    """The lines that can be used as a set, and what is wrong with the others.

    Raises `DocumentError("columns")` where no question and answer are assigned, "no_rows" where no line can be used.
    """
    used = [assignment.question, assignment.answer, assignment.accept, *assignment.choices]
    used += [assignment.level, assignment.tests, assignment.id]
    named = [column for column in used if column]
    one_of_each = assignment.question and assignment.answer and len(set(named)) == len(named)
    if not one_of_each or not set(named) <= set(table.columns):
        raise DocumentError("columns", file=table.name)
    items, wrong = _items(table, assignment, kind, language)
    if not items:
        raise wrong[0] if wrong else DocumentError("no_rows", file=table.name)
    told = [RowError(_line(error), Failure.of(error)) for error in wrong]
    errors = sorted((*told, *table.broken), key=lambda one: one.line)
    wording = own_wording(kind, language)
    task_set = TaskSet(
        name=table.name,
        language=language,
        kind=kind,
        items=tuple(items),
        source=table.name,
        title=table.name,
        instruction=wording[0],
        answer_format=wording[1].format(labels=", ".join(items[0].choices)) if kind == "label" else wording[1],
        metrics=_metrics(kind, items),
    )
    return task_set, tuple(errors)


def _items(table: Table, assignment: Assignment, kind: Kind, language: str) -> tuple[list[Item], list[DocumentError]]:
    """The rows that can be used, and what is wrong with each of the others."""
    reader, items, wrong = RowReader(table.name, kind, language), list[Item](), list[DocumentError]()
    labels = _labels(table, assignment) if kind == "label" and not assignment.choices else None
    made = [(line, *_assign_columns(row, assignment, labels)) for line, row in table.rows]
    if kind == "choice":
        made = _letter_answers(table.name, made, wrong)
    for line, row, _ in made:
        try:
            items.append(reader.item(row, line))
        except DocumentError as error:
            wrong.append(error)
    return items, sorted(wrong, key=lambda error: _line(error))


def _line(error: DocumentError) -> int:
    line = error.values["line"]
    assert isinstance(line, int)
    return line


_Made = tuple[int, dict[str, object], tuple[str, ...]]
"""A row's line, its fields, and the names that the file gives its choices."""


def _letter_answers(file: str, made: Sequence[_Made], wrong: list[DocumentError]) -> list[_Made]:
    """The rows with their answers as letters; those whose answer names no choice, or two, are told in `wrong`."""
    found, rows = list[_Made](), [_choosing(row, labels) for _, row, labels in made]
    form = answer_form(rows)
    for (line, row, labels), choosing in zip(made, rows, strict=True):
        place = chosen_place(choosing, form) if len(choosing.choices) > 1 and choosing.text else 0
        if isinstance(place, str):
            reason = {"none": "row_choice", "either": "row_either", "place": "row_place"}[place]
            wrong.append(DocumentError(reason, file=file, line=line))
        elif len(choosing.choices) > 1 and choosing.text and place < len(LETTERS):
            found.append((line, {**row, "answer": LETTERS[place]}, labels))
        else:
            found.append((line, row, labels))
    return found


def _choosing(row: Mapping[str, object], labels: tuple[str, ...]) -> Choosing:
    listed = row.get("choices")
    choices = tuple(cell_text(one) for one in listed) if isinstance(listed, list) else ()
    answer = row.get("answer")
    return Choosing(choices, answer if isinstance(answer, int) else cell_text(answer), labels)


def _metrics(kind: Kind, items: Sequence[Item]) -> tuple[str, ...]:
    """The usual one of this kind first; for texts that are formulas, the one that knows what they mean."""
    usual = next(row.metrics for row in set_rows() if row.kind == kind)
    if kind == "text" and is_mathematics([answer for item in items for answer in item.answers]):
        usual = ("formula",)
    return (*usual, *(name for name in metrics.for_kind(kind) if name not in usual))


def _text(content: bytes, name: str) -> str:
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else _ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return unicodedata.normalize("NFC", text)
    raise DocumentError("table", file=name)


def _json_rows(text: str, name: str) -> list[tuple[int, Mapping[str, object]]]:
    if text.lstrip().startswith("["):
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError):
            raise DocumentError("table", file=name) from None
        if not all(isinstance(row, dict) for row in whole):
            raise DocumentError("table", file=name)
        return list(enumerate(whole, start=1))
    lines = enumerate(text.split("\n"), start=1)  # not `splitlines`: a string may hold other separators
    return [(number, json_object(line, name, number)) for number, line in lines if line.strip()]


def _assign_columns(
    row: Mapping[str, object], assignment: Assignment, labels: list[str] | None
) -> tuple[dict[str, object], tuple[str, ...]]:
    """The row under the names of an item's fields, and the names that the file gives its choices."""
    made: dict[str, object] = {}
    named: tuple[str, ...] = ()
    for field in fields(Assignment):
        if field.name != "choices" and (column := getattr(assignment, field.name)):
            value = row.get(column)
            made[field.name] = _several(value, field.name) if field.name in ("accept", "tests") else value
    if labels is not None:
        made["choices"] = labels
    elif len(assignment.choices) == 1:
        made["choices"], named = split_choices(row.get(assignment.choices[0]))
    elif assignment.choices:
        made["choices"] = [value for column in assignment.choices if (value := row.get(column)) not in (None, "")]
    return made, named


def _several(value: object, field: str) -> object:
    """A list from a field of CSV: a JSON list, or separated by `|`; tests by lines."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            pass
    pieces = value.splitlines() if field == "tests" else value.split("|")
    return [piece.strip() for piece in pieces if piece.strip()]


def _labels(table: Table, assignment: Assignment) -> list[str]:
    """Every label that is somewhere the answer."""
    answers = [cell_text(row.get(assignment.answer)) for _, row in table.rows]
    return sorted({answer.casefold(): answer for answer in reversed(answers) if answer}.values())
