"""Questions and where their answers stand: our own set, a visitor's file, and back to a file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType

from playground.measuring.errors import DocumentError
from playground.measuring.table import RowError, Table, read_table
from playground.tabs.rag.lab.retrieval.terms import likely_language
from providers.catalog import ASSETS
from providers.errors import Failure

MAX_TEXT = 20_000
"""Characters of one field."""
_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id": ("id", "identifier", "identificador", "número", "number"),
        "language": ("language", "idioma", "lengua", "lang"),
        "question": ("question", "pregunta", "query", "consulta"),
        "document": ("document", "documento", "file", "archivo", "fichero", "source", "fuente", "title", "título"),
        "quotes": ("quotes", "quote", "citas", "cita", "passage", "pasaje", "context", "contexto", "evidence"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledQuestion:
    """A question. `document` is the file that holds the answer, "" for any; `quotes` its words there, each of them
    needed for the whole answer."""

    id: str
    language: str
    question: str
    document: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionColumns:
    """Which column of a table is what; "" for none."""

    id: str = ""
    language: str = ""
    question: str = ""
    document: str = ""
    quotes: str = ""


def guess_columns(columns: Sequence[str]) -> QuestionColumns:
    """What the columns' names suggest."""
    plain = {re.sub(r"[^\w]+", " ", column).strip().casefold(): column for column in columns}
    found = {field: next((plain[name] for name in names if name in plain), "") for field, names in _NAMES.items()}
    return QuestionColumns(**found)


def from_table(
    table: Table, columns: QuestionColumns | None = None
) -> tuple[tuple[LabelledQuestion, ...], tuple[RowError, ...]]:
    """The rows that can be used, and what is wrong with the others.

    Raises `DocumentError("columns")` where no question and quotes are assigned.
    """
    chosen = columns or guess_columns(table.columns)
    named = [column for field in fields(chosen) if (column := getattr(chosen, field.name))]
    if not (chosen.question and chosen.quotes) or len(set(named)) < len(named) or not set(named) <= set(table.columns):
        raise DocumentError("columns", file=table.name)
    asked, errors, seen = list[LabelledQuestion](), list[RowError](), set[str]()
    for line, row in table.rows:
        try:
            one = _QuestionRow(table.name, line, row, chosen).parse()
            if one.id in seen:
                raise DocumentError("row_twice", file=table.name, line=line)
        except DocumentError as error:
            errors.append(RowError(line, Failure.of(error)))
            continue
        seen.add(one.id)
        asked.append(one)
    return tuple(asked), tuple(sorted((*errors, *table.broken), key=lambda one: one.line))


def read_questions(content: bytes, name: str) -> tuple[LabelledQuestion, ...]:
    """A file of JSON Lines or CSV, every row of which can be used: columns by their names, quotes as a list or
    separated by `|`.

    Raises `DocumentError` (of a row: with its line) and `MeasuringLimit("rows")`, as `read_table` and `from_table`.
    """
    asked, errors = from_table(read_table(content, name))
    if errors:
        _, _, reason = errors[0].failure.key.partition(".")
        raise DocumentError(reason, **errors[0].failure.values)
    return asked


def to_jsonl(asked: Sequence[LabelledQuestion]) -> str:
    """What `read_questions` reads."""
    return "".join(
        json.dumps({field.name: getattr(one, field.name) for field in fields(one)}, ensure_ascii=False) + "\n"
        for one in asked
    )


def sample_questions(folder: Path = ASSETS / "samples") -> tuple[LabelledQuestion, ...]:
    """Our own, about the sample documents."""
    file = folder / "questions.jsonl"
    return read_questions(file.read_bytes(), file.name)


@dataclass(frozen=True, slots=True)
class _QuestionRow:
    file: str
    line: int
    row: Mapping[str, object]
    columns: QuestionColumns

    def parse(self) -> LabelledQuestion:
        question = self._text(self.columns.question, "row_question")
        quotes = self._quotes()
        return LabelledQuestion(
            id=self._optional(self.columns.id)[:200] or f"{self.line:04d}",
            language=self._optional(self.columns.language)[:20].casefold() or likely_language(question),
            question=question,
            document=self._optional(self.columns.document)[:400],
            quotes=quotes,
        )

    def _quotes(self) -> tuple[str, ...]:
        value = self.row.get(self.columns.quotes)
        if isinstance(value, str) and value.lstrip().startswith("["):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                value = [value]
        pieces = value.split("|") if isinstance(value, str) else value
        if not isinstance(pieces, list) or len(pieces) > 100 or not all(isinstance(one, str) for one in pieces):
            raise self._wrong("row_answer" if pieces is None else "row")
        quotes = tuple(one.strip() for one in pieces if one.strip())
        if not quotes:
            raise self._wrong("row_answer")
        if any(len(quote) > MAX_TEXT for quote in quotes):
            raise DocumentError("row_length", file=self.file, line=self.line, limit=MAX_TEXT)
        return quotes

    def _text(self, column: str, reason: str) -> str:
        text = self._optional(column)
        if not text:
            raise self._wrong(reason)
        return text

    def _optional(self, column: str) -> str:
        value = self.row.get(column) if column else None
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self._wrong("row")
        if len(str(value)) > MAX_TEXT:
            raise DocumentError("row_length", file=self.file, line=self.line, limit=MAX_TEXT)
        return str(value).strip()

    def _wrong(self, reason: str) -> DocumentError:
        return DocumentError(reason, file=self.file, line=self.line)
