"""What was measured, as a file."""

from __future__ import annotations

import csv
import io
import json

from playground.measuring.export import neutralise_formula
from playground.tabs.rag.lab.measuring.columns import METRICS
from playground.tabs.rag.page.drawing.measures import Tables


def to_csv(found: Tables, k: int) -> str:
    """A line a way, chunk length and language. No cell is taken for a formula."""
    file = io.StringIO(newline="")
    values = _values(found, k)
    writer = csv.DictWriter(file, list(values[0]) if values else ["language"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: neutralise_formula(value) for name, value in row.items()} for row in values)
    return "\ufeff" + file.getvalue()  # so that a spreadsheet reads it as UTF-8


def to_json(found: Tables, k: int) -> str:
    """The same as JSON."""
    return json.dumps({"format": "aula.retrieval/1", "k": k, "rows": _values(found, k)}, ensure_ascii=False, indent=2)


def _values(found: Tables, k: int) -> list[dict[str, str | int | float | None]]:
    rows = []
    for language, several in found.items():
        for row in several:
            values: dict[str, str | int | float | None] = {
                "language": language or "all",
                "way": row.way,
                "chunk_tokens": row.cutting,
                "k": k,
                "questions": row.questions,
                "lost": row.lost,
                "failed": row.failed,
            }
            for metric in METRICS:
                score = row.scores.get(metric)
                values[metric] = score.mean if score else None
                values[f"{metric}_low"] = score.low if score else None
                values[f"{metric}_high"] = score.high if score else None
            values["better"] = row.comparison.better if row.comparison else None
            values["worse"] = row.comparison.worse if row.comparison else None
            values["p"] = row.comparison.p if row.comparison else None
            values["seconds"] = row.seconds
            values["computing_seconds"] = row.computing
            rows.append(values)
    return rows
