"""A sweep as a file: CSV for a spreadsheet, JSON for a program."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

from playground.measuring.export import neutralise_formula
from playground.tabs.sampling.lab import SweepCell

Value = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """A sweep that has ended: `begun` in ISO 8601, UTC."""

    model: str
    prompt: str
    begun: str
    cells: tuple[SweepCell, ...]


def sweep_to_csv(it: Swept) -> str:
    """A line a cell; what a spreadsheet would take for a formula gets an apostrophe."""
    rows = [{"model": it.model, "prompt": it.prompt, **_row(cell)} for cell in it.cells]
    names = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: neutralise_formula(value) for name, value in row.items()} for row in rows)
    return file.getvalue()


def sweep_to_json(it: Swept) -> str:
    """The same as JSON."""
    cells = [_row(cell) for cell in it.cells]
    whole = {"format": "aula.sweep/1", "model": it.model, "prompt": it.prompt, "begun": it.begun, "cells": cells}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _row(cell: SweepCell) -> dict[str, Value]:
    return {
        "temperature": cell.setting.temperature,
        **dict(cell.setting.others),
        "seed": cell.seed,
        "state": cell.state,
        "text": cell.text,
        "tokens": cell.tokens,
        "distinct_1": cell.distinct_1,
        "distinct_2": cell.distinct_2,
        "mean_logprob": cell.mean_logprob,
        "finish": cell.finish,
        "engine": cell.engine,
        "failure": cell.failure.key if cell.failure else "",
    }
