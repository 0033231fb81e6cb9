"""A run as a file: CSV for a spreadsheet, JSON Lines for a program, Markdown to read. No key is ever part of it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping

from playground.measuring.outcomes import Cell, Outcome, outcome_to_json, verdict
from playground.measuring.store import RunDescription, StoredRun
from playground.measuring.summary import ColumnSummary, extracted_answer, summarise

Value = str | int | float | None
WORDS = (
    "settings",
    "column",
    "score",
    "interval",
    "items",
    "repeats",
    "metric",
    "calls",
    "tokens",
    "computing",
    "seconds",
    "cost",
    "against",
    "better",
    "worse",
    "difference",
    "failed",
    "unscored",
    "wrong",
    "unread",
    "estimated",
    "versions",
    "kept",
)
"""The keys that `to_markdown` needs words for."""
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r\n]")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


def to_csv(run: StoredRun, outcomes: Mapping[Cell, Outcome]) -> str:
    """A line a cell. What a spreadsheet would take for a formula gets an apostrophe (OWASP, "CSV injection")."""
    file = io.StringIO(newline="")
    rows = [_row(run.description, cell, outcome) for cell, outcome in _sort_outcomes(run.description, outcomes)]
    head = list(_row(run.description, Cell("", ""), Outcome()))
    writer = csv.DictWriter(file, head, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: neutralise_formula(value) for name, value in row.items()} for row in rows)
    return file.getvalue()


def neutralise_formula(value: Value) -> Value:
    """A cell that no spreadsheet takes for a formula. Numbers stay."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def to_jsonl(run: StoredRun, outcomes: Mapping[Cell, Outcome]) -> str:
    """The run's description, then a line a cell with the whole outcome, trace included."""
    lines = [run.to_json()]
    for cell, outcome in _sort_outcomes(run.description, outcomes):
        place = {"column": cell.column, "item": cell.item, "repeat": cell.repeat, "verdict": verdict(outcome)}
        lines.append(json.dumps({**place, **json.loads(outcome_to_json(outcome))}, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def to_markdown(run: StoredRun, outcomes: Mapping[Cell, Outcome], words: Mapping[str, str]) -> str:
    """A report: settings, one table of all columns, the comparison with the baseline. `words` holds `WORDS`."""
    description = run.description
    columns = {column.key: column for column in description.columns}
    summaries = summarise(outcomes, columns, description.baseline)
    labels = {key: plain_markdown(column.label) for key, column in columns.items()}
    parts = [f"# {plain_markdown(run.name)}", "", f"{words['kept']}: {run.created}", "", f"## {words['settings']}", ""]
    parts += [f"- {name}: {plain_markdown(str(value))}" for name, value in _settings(run, words)]
    parts += ["", *_table(summaries, labels, words), ""]
    compared = [one for one in summaries if one.comparison is not None]
    if compared and description.baseline:
        parts += [
            f"## {words['against']} {labels[description.baseline]}",
            "",
            *_comparison_table(compared, labels, words),
            "",
        ]
    return "\n".join(parts)


def _settings(run: StoredRun, words: Mapping[str, str]) -> list[tuple[str, object]]:
    it = run.description
    settings: list[tuple[str, object]] = [
        (words["items"], f"{it.tasks} ({it.language}), {len(it.items)}"),
        (words["metric"], it.metric),
        (words["repeats"], it.repeats),
        ("seed", it.seed),
    ]
    settings += [(column.label, f"{column.model} {json.dumps(dict(column.sampling))}") for column in it.columns]
    return [*settings, (words["versions"], ", ".join(f"{name} {value}" for name, value in it.versions.items()))]


def _table(summaries: tuple[ColumnSummary, ...], labels: Mapping[str, str], words: Mapping[str, str]) -> list[str]:
    heads = ["column", "score", "interval", "items", "wrong", "unread", "failed", "unscored"]
    heads += ["calls", "tokens", "computing", "seconds", "cost"]
    lines = ["| " + " | ".join(words[head] for head in heads) + " |", "|---" + "|---:" * (len(heads) - 1) + "|"]
    for one in summaries:
        cells = [
            labels[one.key],
            _share(one.mean),
            "" if one.low is None else f"{_share(one.low)} – {_share(one.high)}",
            *map(str, (one.items, one.wrong, one.unread, one.failed, one.unscored)),
            str(one.calls),
            str(one.input_tokens + one.output_tokens),
            "" if one.computing is None else f"{one.computing:.2f}",
            "" if one.seconds is None else f"{one.seconds:.2f}",
            "" if one.cost is None else f"{one.cost:.4f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, "", words["estimated"]]


def _comparison_table(summaries: list[ColumnSummary], labels: Mapping[str, str], words: Mapping[str, str]) -> list[str]:
    heads = ["column", "difference", "interval", "items", "better", "worse"]
    lines = ["| " + " | ".join(words[head] for head in heads) + " | p |", "|---" + "|---:" * len(heads) + "|"]
    for one in summaries:
        if (it := one.comparison) is not None:
            cells = [labels[one.key], f"{it.difference:+.3f}", f"{it.low:+.3f} – {it.high:+.3f}", str(it.items)]
            lines.append("| " + " | ".join([*cells, str(it.better), str(it.worse), f"{it.p:.3g}"]) + " |")
    return lines


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def plain_markdown(text: str) -> str:
    """Text that draws nothing in Markdown: no line of its own, no table's column, no mark-up, no HTML."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _sort_outcomes(description: RunDescription, outcomes: Mapping[Cell, Outcome]) -> list[tuple[Cell, Outcome]]:
    """In the order of columns, items and repeats, whatever ended first."""
    columns = {column.key: place for place, column in enumerate(description.columns)}
    items = {item.id: place for place, item in enumerate(description.items)}
    known = [(cell, outcome) for cell, outcome in outcomes.items() if cell.column in columns and cell.item in items]
    return sorted(known, key=lambda one: (columns[one[0].column], items[one[0].item], one[0].repeat))


def _row(description: RunDescription, cell: Cell, outcome: Outcome) -> dict[str, Value]:
    column = next((one for one in description.columns if one.key == cell.column), None)
    item = next((one for one in description.items if one.id == cell.item), None)
    return {
        "column": cell.column,
        "model": column.model if column else "",
        "strategy": column.strategy if column else "",
        "item": cell.item,
        "repeat": cell.repeat,
        "level": item.level if item else None,
        "question": item.question if item else "",
        "expected": " | ".join(item.answers) if item else "",
        "answer": extracted_answer(outcome),
        "rule": outcome.extraction.rule if outcome.extraction else "",
        "score": outcome.score,
        "verdict": verdict(outcome),
        "output": outcome.text,
        "calls": outcome.calls,
        "input_tokens": outcome.usage.input_tokens,
        "output_tokens": outcome.usage.output_tokens,
        "seconds": round(outcome.seconds, 3),
        "computing_seconds": None if outcome.computing is None else round(outcome.computing, 3),
        "cost_usd_estimated": outcome.cost,
        "failure": outcome.failure.key if outcome.failure else "",
    }
