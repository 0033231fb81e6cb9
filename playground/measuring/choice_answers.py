"""Choices and their answers as people write them: in one cell or several, answered by letter, by place or by text."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from playground.measuring.items import LETTERS

AnswerForm = Literal["text", "letter", "from_0", "from_1", "unknown_place", "any"]
"""How a file's answers name their choices. "any": row by row, by letter or by text."""
_INLINE = re.compile(r"(?:^|(?<=[\s;,]))\(?([A-Za-z])[).:]\s+")
_LABEL = re.compile(r"\(?([A-Za-z]|\d{1,2})[).:-]\s+")
_LETTER = re.compile(r"[().:\s]")


@dataclass(frozen=True, slots=True)
class Choosing:
    """One row's choices and its answer. `labels`: names of the choices that the file gives, other than A, B, C."""

    choices: tuple[str, ...]
    answer: object
    labels: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return str(self.answer).strip().casefold()

    @property
    def by_text(self) -> int | None:
        """The place of the choice with the answer's text, or with its text behind its own letter."""
        plain = [choice.casefold() for choice in self.choices]
        if self.text in plain:
            return plain.index(self.text)
        if (label := _LABEL.match(self.text)) and self.text[label.end() :] in plain:
            return plain.index(self.text[label.end() :])
        return None

    @property
    def by_letter(self) -> int | None:
        letter = _LETTER.sub("", str(self.answer)).upper()
        labels = [label.upper() for label in self.labels] or list(LETTERS[: len(self.choices)])
        return labels.index(letter) if letter and letter in labels else None

    @property
    def number(self) -> int | None:
        """The answer as a whole number."""
        return int(self.text.removesuffix(".0")) if re.fullmatch(r"\d{1,2}(?:\.0)?", self.text) else None


def answer_form(rows: Sequence[Choosing]) -> AnswerForm:
    """How all these rows name their choices. Places are counted as the file counts them: from 0 where one is 0, from 1
    where one is the last; as the Hub does, from 0, where they are numbers of JSON and neither occurs."""
    rows = [row for row in rows if row.choices and row.text]
    if not rows or all(row.by_text is not None for row in rows):
        return "text"
    if all(row.by_letter is not None for row in rows):
        return "letter"
    numbers = [row.number for row in rows]
    whole = [number for number in numbers if number is not None]
    if len(whole) < len(rows):
        return "any"
    last = any(number >= len(row.choices) for number, row in zip(whole, rows, strict=True))
    if 0 in whole:
        return "from_0"
    if last:
        return "from_1"
    return "from_0" if all(isinstance(row.answer, int) for row in rows) else "unknown_place"


def chosen_place(row: Choosing, form: AnswerForm) -> int | Literal["none", "either", "place"]:
    """The place of the right choice, or why there is none: it is no choice, it may be two, its place may count from 0
    or from 1."""
    match form:
        case "text":
            found = row.by_text
        case "letter":
            found = row.by_letter
        case "from_0" | "from_1":
            number = row.number
            found = None if number is None else number - (form == "from_1")
        case "unknown_place":
            return "place"
        case "any":
            found = row.by_letter if row.by_letter is not None else row.by_text
            if row.by_letter is not None and row.by_text is not None and row.by_letter != row.by_text:
                return "either"
    return found if found is not None and 0 <= found < len(row.choices) else "none"


def split_choices(value: object) -> tuple[list[object], tuple[str, ...]]:
    """The choices of one value, and their labels where it gives them: a list, the Hub's `{"text": …, "label": …}`, or a
    cell with a list in it, or parted by `|`, line breaks, letters as in «A) … B) …», semicolons or commas."""
    if isinstance(value, dict):
        texts, labels = value.get("text"), value.get("label")
        if isinstance(texts, list) and isinstance(labels, list) and len(texts) == len(labels):
            return texts, tuple(str(label) for label in labels)
        return [], ()
    if isinstance(value, list):
        return value, ()
    if not isinstance(value, str):
        return [], ()
    text = value.strip()
    listed = _parse_list(text)
    return (listed if listed is not None else _strip_labels(_split_text(text))), ()


def _parse_list(text: str) -> list[object] | None:
    """A list as JSON, Python or numpy write it."""
    if not (text.startswith("[") and text.endswith("]")):
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        # numpy puts no commas between texts, which Python then reads as one.
        if isinstance(found, list) and len(found) > 1:
            return found
    quoted = re.findall(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", text)
    return [one or other for one, other in quoted] if len(quoted) > 1 else None


def _split_text(text: str) -> list[str]:
    for mark in ("|", "\n"):
        if mark in text:
            return _pieces(text.replace("\r", "\n").split(mark))
    labels = list(_INLINE.finditer(text))
    if len(labels) > 1 and [one[1].upper() for one in labels] == list(LETTERS[: len(labels)]):
        ends = [*(one.start() for one in labels[1:]), len(text)]
        return [text[one.end() : end].strip(" ;,\t") for one, end in zip(labels, ends, strict=True)]
    mark = ";" if ";" in text else ","
    return _pieces(text.split(mark))


def _pieces(parts: Sequence[str]) -> list[str]:
    return [part.strip() for part in parts if part.strip()]


def _strip_labels(pieces: list[str]) -> list[object]:
    """Without A), B) … or 1., 2. … where every piece has the next one."""
    labels = [found[1].upper() if (found := _LABEL.match(piece)) else "" for piece in pieces]
    numbers = [str(place) for place in range(1, len(pieces) + 1)]
    if pieces and labels in (list(LETTERS[: len(pieces)]), numbers):
        return [_LABEL.sub("", piece, count=1) for piece in pieces]
    return list(pieces)
