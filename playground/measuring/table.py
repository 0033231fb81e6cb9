"""A visitor's own questions: CSV or JSON Lines, its columns shown and assigned, its mistakes told by line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType

from playground.measuring import metrics
from playground.measuring.errors import DocumentError, MeasuringLimit
from playground.measuring.formulas import is_mathematics
from playground.measuring.items import Item, Kind, TaskSet
from playground.measuring.rows import RowReader, json_object
from playground.measuring.tasks import own_wording, set_rows
from providers.errors import Failure

MAX_ROWS = 2000
_ENCODINGS = ("utf-8-sig", "cp1252")
_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "question": ("question", "pregunta", "input", "prompt", "text", "texto", "problem", "problema", "entrada"),
        "answer": ("answer", "respuesta", "target", "label", "etiqueta", "output", "gold", "solution", "salida"),
        "accept": ("accept", "accepted", "aliases", "variants", "variantes", "aceptadas", "references"),
        "choices": ("choices", "options", "opciones", "labels", "etiquetas"),
        "level": ("level", "nivel", "difficulty", "dificultad"),
        "tests": ("tests", "test", "pruebas", "prueba"),
        "id": ("id", "identifier", "identificador", "número", "number"),
    }
)


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds. `rows` have the columns' values as text, numbers or lists, and the line each began on."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, object]], ...]


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


@dataclass(frozen=True, slots=True)
class RowError:
    """A line that cannot be used, and why."""

    line: int
    failure: Failure


def read_table(content: bytes, name: str) -> Table:
    """CSV (comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252), JSON Lines, or one JSON list of objects.

    Raises `DocumentError` with "table", "line" or "no_rows", and `MeasuringLimit("rows")`.
    """
    text = _text(content, name)
    begin = text.lstrip()[:1]
    rows = _json_rows(text, name) if begin in ("{", "[") else _csv_rows(text, name)
    if not rows:
        raise DocumentError("no_rows", file=name)
    if len(rows) > MAX_ROWS:
        raise MeasuringLimit("rows", limit=MAX_ROWS)
    columns = dict.fromkeys(column for _, row in rows for column in row)
    return Table(name, tuple(columns), tuple(rows))


def guess(columns: Sequence[str]) -> Assignment:
    """What the columns' names suggest. Choices may be one column, or several: `A`, `B` … or `option 1` …"""
    plain = {re.sub(r"[^\w]+", " ", column).strip().casefold(): column for column in columns}
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
    reader, items, errors = RowReader(table.name, kind, language), list[Item](), list[RowError]()
    labels = _labels(table, assignment) if kind == "label" and not assignment.choices else None
    for line, row in table.rows:
        try:
            items.append(reader.item(_assigned(row, assignment, labels), line))
        except DocumentError as error:
            errors.append(RowError(line, Failure.of(error)))
    if not items:
        raise DocumentError("no_rows", file=table.name) if not errors else DocumentError("table", file=table.name)
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
            return text
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


def _csv_rows(text: str, name: str) -> list[tuple[int, Mapping[str, object]]]:
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, Mapping[str, object]]] = []
    try:
        columns = next((row for row in reader if any(cell.strip() for cell in row)), [])
        names = [cell.strip() for cell in columns]
        if len(names) < 2 or len(set(names)) < len(names) or not all(names):
            raise DocumentError("table", file=name)
        before = reader.line_num
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((before + 1, dict(zip(names, row, strict=False))))
            before = reader.line_num
    except csv.Error:
        raise DocumentError("table", file=name) from None
    return rows


def _assigned(row: Mapping[str, object], assignment: Assignment, labels: list[str] | None) -> dict[str, object]:
    """The row under the names of an item's fields."""
    made: dict[str, object] = {}
    for field in fields(Assignment):
        if field.name != "choices" and (column := getattr(assignment, field.name)):
            value = row.get(column)
            made[field.name] = _several(value, field.name) if field.name in ("accept", "tests") else value
    if labels is not None:
        made["choices"] = labels
    elif len(assignment.choices) == 1:
        made["choices"] = _several(row.get(assignment.choices[0]), "choices")
    elif assignment.choices:
        made["choices"] = [value for column in assignment.choices if (value := row.get(column)) not in (None, "")]
    return made


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
    answers = [str(row.get(assignment.answer) or "").strip() for _, row in table.rows]
    return sorted({answer.casefold(): answer for answer in reversed(answers) if answer}.values())
