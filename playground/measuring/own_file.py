"""A visitor's file as a task set, with nothing asked: a layout of the Hub's, or columns with their usual names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playground.asking.errors import ArgumentError
from playground.measuring import readers
from playground.measuring.items import KINDS, Kind, TaskSet
from playground.measuring.rows import cell_text
from playground.measuring.table import Assignment, RowError, Table, from_table, guess, read_table


def read_own(path: Path, language: str, kind: str = "") -> tuple[TaskSet, Sequence[RowError]]:
    """The set, and what is wrong with the lines that cannot be used. `kind` empty: what the answers look like.

    Raises `DocumentError`, `MeasuringLimit("rows")`, `ArgumentError("choice")` for a kind that is none.
    """
    if (found := readers.recognise(path)) is not None:
        return found, ()
    table = read_table(path.read_bytes(), path.name)
    guessed = guess(table.columns)
    return from_table(table, guessed, _checked(kind) if kind else likely_kind(table, guessed), language)


def likely_kind(table: Table, guessed: Assignment) -> Kind:
    """What the answers look like."""
    values = [row.get(guessed.answer) for _, row in table.rows]
    answers = [cell_text(value) for value in values]
    if guessed.tests:
        return "code"
    if guessed.choices:
        return "choice"
    if answers and all(answer.replace(",", "").replace(".", "").lstrip("-").isdecimal() for answer in answers):
        return "number"
    if values and all(isinstance(value, bool) for value in values):
        return "label"
    few = len({answer.casefold() for answer in answers}) <= min(8, len(answers) // 3)
    return "label" if few and len(answers) > 1 else "text"


def _checked(kind: str) -> Kind:
    for known in KINDS:
        if known == kind:
            return known
    raise ArgumentError("choice", name="kind", choices=", ".join(KINDS))
