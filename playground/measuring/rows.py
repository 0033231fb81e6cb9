"""One row of a table or a task file as an item, checked: the same rules for our own sets and for visitors' files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from playground.measuring.errors import DocumentError
from playground.measuring.items import LETTERS, Item, Kind
from playground.measuring.numbers import normalise_number

MAX_ROWS = 2000
"""Rows of a visitor's file."""
MAX_TEXT = 20_000
"""Characters of one field."""
_FIELDS = frozenset({"id", "question", "answer", "accept", "choices", "level", "tests", "working", "reasoning"})


class RowReader:
    """Reads the rows of one file. Raises `DocumentError` with file, line and a reason of a row's."""

    def __init__(self, file: str, kind: Kind, language: str) -> None:
        self.file, self.kind, self.language = file, kind, language
        self._seen: set[str] = set()

    def item(self, row: Mapping[str, object], line: int) -> Item:
        """`accept`, `choices` and `tests` are lists of text; a choice's answer is its letter, or its text."""
        if not row.keys() <= _FIELDS:
            raise self._wrong("row", line)
        question = self._text(row.get("question"), "row_question", line)
        choices = self._texts(row.get("choices"), line)
        tests = self._texts(row.get("tests"), line)
        answer = self._answer(self._text(row.get("answer"), "row_answer", line), choices, line)
        if self.kind == "code" and not tests:
            raise self._wrong("row_tests", line)
        name = str(row.get("id") or f"{line:04d}")
        if name in self._seen:
            raise self._wrong("row_twice", line)
        self._seen.add(name)
        return Item(
            id=name[:200],
            question=question,
            answer=answer,
            accept=tuple(self._answer(one, choices, line) for one in self._texts(row.get("accept"), line)),
            choices=choices,
            level=self._level(row.get("level"), line),
            tests=tests,
            working=self._optional(row.get("working"), line),
            reasoning=self._optional(row.get("reasoning"), line),
        )

    def _answer(self, answer: str, choices: Sequence[str], line: int) -> str:
        match self.kind:
            case "number":
                number = normalise_number(answer, self.language)
                if number is None:
                    raise self._wrong("row_number", line)
                return number
            case "label" | "choice":
                different = len({one.casefold() for one in choices}) if self.kind == "label" else len(choices)
                if not 2 <= different == len(choices) <= len(LETTERS):
                    raise self._wrong("row_choices", line)
                return self._match_choice(answer, choices, line)
            case _:
                return answer

    def _match_choice(self, answer: str, choices: Sequence[str], line: int) -> str:
        places = [place for place, choice in enumerate(choices) if choice.casefold() == answer.casefold()]
        if self.kind == "label":
            if not places:
                raise self._wrong("row_choice", line)
            return choices[places[0]]
        letters = LETTERS[: len(choices)]
        letter = re.sub(r"[().:\s]", "", answer).upper()
        if len(letter) == 1 and letter in letters:
            return letter
        if not places:
            raise self._wrong("row_choice", line)
        return letters[places[0]]

    def _text(self, value: object, reason: str, line: int) -> str:
        text = cell_text(value)
        if not text:
            raise self._wrong(reason, line)
        if len(text) > MAX_TEXT:
            raise self._wrong("row_length", line, limit=MAX_TEXT)
        return text

    def _optional(self, value: object, line: int) -> str | None:
        return None if value is None or value == "" else self._text(value, "row", line)

    def _texts(self, value: object, line: int) -> tuple[str, ...]:
        if value is None or value == "":
            return ()
        if not isinstance(value, list) or len(value) > 100:
            raise self._wrong("row", line)
        return tuple(self._text(one, "row", line) for one in value)

    def _level(self, value: object, line: int) -> int | None:
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.strip().isdecimal() and len(value.strip()) <= 3:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100:
            raise self._wrong("row", line)
        return value

    def _wrong(self, reason: str, line: int, **values: int) -> DocumentError:
        return DocumentError(reason, file=self.file, line=line, **values)


def cell_text(value: object) -> str:
    """A field's value as text, composed as Unicode NFC does; empty for none, and for what is no text, number or truth.
    True is "true", as JSON writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return unicodedata.normalize("NFC", str(value)).strip() if isinstance(value, str | int | float) else ""


def json_object(line: str | bytes, file: str, number: int) -> dict[str, object]:
    """One line of JSONL. Raises `DocumentError("line")`."""
    try:
        return _OBJECT.validate_json(line)
    except ValidationError:
        raise DocumentError("line", file=file, line=number) from None


_OBJECT: TypeAdapter[dict[str, object]] = TypeAdapter(dict[str, object])
