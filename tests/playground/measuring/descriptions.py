"""A small run, described."""

from __future__ import annotations

from typing import Any

from playground.measuring.store import ColumnDescription, RunDescription
from tests.playground.measuring.columns import ITEMS


def sums(**changes: Any) -> RunDescription:
    columns = tuple(ColumnDescription(key=key, label=key, model="none/none") for key in "ab")
    told: dict[str, Any] = {"tasks": "sums", "language": "en", "kind": "number", "metric": "exact", "items": ITEMS}
    return RunDescription(**{**told, "columns": columns, "repeats": 2, "seed": 11, **changes})
