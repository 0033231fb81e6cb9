"""MMLU (Hendrycks et al. 2021): the authors' CSV without a head (question, four choices, a letter), or JSON Lines as
the Hub's `cais/mmlu` has them (`question`, `subject`, `choices`, and `answer` as a place from 0)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from playground.measuring import readers
from playground.measuring.errors import DocumentError
from playground.measuring.items import LETTERS, TaskSet
from playground.measuring.rows import RowReader

TITLE = "MMLU"


def read(path: Path) -> TaskSet:
    """Choices, answered by their letters."""
    rows = RowReader(path.name, "choice", "en")
    found = _csv(path) if path.suffix.lower() == ".csv" else _json(path)
    return TaskSet(
        name=path.stem,
        language="en",
        kind="choice",
        items=tuple(rows.item(row, line) for line, row in found),
        source=TITLE,
        title=TITLE,
        instruction="Answer this multiple-choice question.",
        answer_format="Answer with the letter of the option only.",
        metrics=("exact",),
    )


def _csv(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    read = csv.reader(io.StringIO(readers.read_text(path, TITLE), newline=""))
    for row in read:
        if len(row) != 6 or row[5].strip() not in LETTERS[:4]:
            raise DocumentError("layout", file=path.name, layout=TITLE)
        yield read.line_num, {"question": row[0], "choices": row[1:5], "answer": row[5].strip()}


def _json(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    for line, row in readers.records(path, TITLE):
        choices, answer = row.get("choices"), row.get("answer")
        if not isinstance(choices, list) or not isinstance(answer, int) or not 0 <= answer < len(choices) <= 26:
            raise DocumentError("layout", file=path.name, layout=TITLE)
        yield line, {"question": row.get("question"), "choices": choices, "answer": LETTERS[answer]}
