"""What the answers of a visitor's file look like."""

from __future__ import annotations

from playground.measuring.items import Kind
from playground.measuring.rows import cell_text
from playground.measuring.table import Assignment, Table


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
