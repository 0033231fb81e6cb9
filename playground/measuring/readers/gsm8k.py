"""GSM8K (Cobbe et al. 2021): JSON Lines of `question` and `answer`, which is a solution and `#### number`."""

from __future__ import annotations

import re
from pathlib import Path

from playground.measuring import readers
from playground.measuring.errors import DocumentError
from playground.measuring.items import TaskSet
from playground.measuring.rows import RowReader

TITLE = "GSM8K"
_CALCULATION = re.compile(r"<<[^<>]*>>")


def read(path: Path) -> TaskSet:
    """Numbers, with the solution as reasoning; the annotations `<<48/2=24>>` are taken out of it."""
    rows, items = RowReader(path.name, "number", "en"), []
    for line, row in readers.records(path, TITLE):
        solution, mark, number = str(row.get("answer", "")).rpartition("####")
        if not mark or "question" not in row:
            raise DocumentError("layout", file=path.name, layout=TITLE)
        reasoning = _CALCULATION.sub("", solution).strip()
        fields: dict[str, object] = {"question": row["question"], "answer": number.strip()}
        items.append(rows.item({**fields, "reasoning": f"{reasoning}\nThe answer is {number.strip()}."}, line))
    return TaskSet(
        name=path.stem,
        language="en",
        kind="number",
        items=tuple(items),
        source=TITLE,
        title=TITLE,
        instruction="Solve this word problem.",
        answer_format="Answer with the number only, without its unit.",
        metrics=("exact",),
    )
