"""What a measurement of searching says: the table with intervals, a figure, and both as a file."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from playground.measuring import Snapshot
from playground.measuring.export import neutralise_formula
from playground.page.parts.plots import SERIES, Measured, interval_plot
from playground.page.parts.render import Renderer
from playground.tabs.rag.lab.measuring.columns import METRICS, Metric
from playground.tabs.rag.lab.measuring.table import RetrievalScores, Score
from playground.tabs.rag.page.drawing.pieces import say

Tables = Mapping[str, Sequence[RetrievalScores]]
"""By language; "" for all questions together."""
_WAYS = ("dense", "lexical", "hybrid", "reranked")
_HEADS = ("recall", "mrr", "ndcg", "against", "time")


def progress(show: Renderer, snapshot: Snapshot) -> str:
    """How many searches are done, and a bar."""
    done, total = len(snapshot.outcomes), snapshot.total
    state = "measure_stopped" if snapshot.state == "stopped" else "measure_done" if done >= total else "measure_running"
    said = f"<strong>{say(show, state)}</strong> <span>{say(show, 'searches', done=done, all=total)}</span>"
    if snapshot.failed:
        said += f' <span class="wrong">{say(show, "searches_failed", count=snapshot.failed)}</span>'
    return (
        f'<div role="status" class="ingest">{said}'
        f'<progress max="1" value="{done / total if total else 1:.4f}"></progress></div>'
    )


def tables(show: Renderer, found: Tables, k: int) -> str:
    """One table over all questions, and one a language where there are several."""
    whole = table(show, found.get("", ()), k)
    others = {language: rows for language, rows in found.items() if language}
    if len(others) < 2:
        return whole
    parts = "".join(
        f'<h4 class="part">{say(show, "only_language", language=_language(show, language))}</h4>'
        f"{table(show, rows, k, words=False)}"
        for language, rows in others.items()
    )
    return whole + parts


def table(show: Renderer, rows: Sequence[RetrievalScores], k: int, *, words: bool = True) -> str:
    """A row a way and chunk length."""
    explained = " ".join(_word(show, name, k) for name in _HEADS)
    heads = "".join(f'<th scope="col">{say(show, f"result_{name}", k=k)}</th>' for name in ("column", *_HEADS))
    lines = "".join(_row(show, row) for row in rows)
    return (
        (f'<p class="words-used">{explained}</p>' if words else "")
        + f'<div class="results-scroll" tabindex="0" role="region" aria-label="{say(show, "measure_plot")}">'
        f'<table class="results"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def figure(show: Renderer, rows: Sequence[RetrievalScores], k: int) -> go.Figure | None:
    """Recall with its intervals; `None` where nothing is measured."""
    columns = [
        Measured(
            label=html.escape(name_of(show, row)),  # a figure reads mark-up
            colour=colour_of(row),
            group=_WAYS.index(row.way) if row.way in _WAYS else 0,
            value=row.scores["recall"].mean,
            low=row.scores["recall"].low,
            high=row.scores["recall"].high,
            items=row.questions,
        )
        for row in rows
        if "recall" in row.scores
    ]
    if not columns:
        return None
    return interval_plot(columns, show.text("rag.axis_recall", k=k), show.text("rag.hover_recall"))


def name_of(show: Renderer, row: RetrievalScores) -> str:
    """A way and the length of the chunks."""
    way = show.text(f"rag.way_{row.way}") if row.way in _WAYS else row.way
    return show.text("rag.column_name", way=way, tokens=row.cutting)


def colour_of(row: RetrievalScores) -> str:
    """One colour a way, the same everywhere."""
    return SERIES[_WAYS.index(row.way) % len(SERIES)] if row.way in _WAYS else SERIES[-1]


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
            rows.append(values)
    return rows


def _row(show: Renderer, row: RetrievalScores) -> str:
    counted = [html.escape(show.text("prompting.of_n", n=row.questions))]
    if row.lost:
        counted.append(say(show, "lost", count=row.lost))
    if row.failed:
        counted.append(say(show, "searches_failed", count=row.failed))
    cells = [_score(show, row, metric) for metric in METRICS]
    against = "–"
    if (it := row.comparison) is not None:
        p = f"{it.p:.3f}" if it.p >= 0.001 else "< 0.001"
        against = html.escape(show.text("prompting.paired", better=it.better, worse=it.worse, p=p))
    cells += [against, "–" if row.seconds is None else f"{row.seconds * 1000:.0f} ms"]
    inside = "".join(f"<td>{cell}</td>" for cell in cells)
    swatch = f'<span class="swatch" style="--swatch:{colour_of(row)}"></span>'
    name = html.escape(name_of(show, row))
    return (
        f'<tr data-column="{html.escape(row.key)}"><th scope="row">{swatch}{name} <small>{" · ".join(counted)}</small>'
        f"</th>{inside}</tr>"
    )


def _score(show: Renderer, row: RetrievalScores, metric: Metric) -> str:
    score = row.scores.get(metric)
    if score is None:
        return "–"
    drawn = _whisker(score, colour_of(row)) if metric == "recall" else ""
    value, low, high = (_number(one, metric) for one in (score.mean, score.low, score.high))
    return f'{drawn}<span class="share">{value}</span> <small>({low} – {high})</small>'


def _number(value: float, metric: Metric) -> str:
    return f"{value:.0%}" if metric == "recall" else f"{value:.2f}"


def _whisker(score: Score, colour: str) -> str:
    return (
        f'<span class="whisker" aria-hidden="true" style="--swatch:{colour}">'
        f'<i style="left:{score.low * 100:.1f}%;width:{(score.high - score.low) * 100:.1f}%"></i>'
        f'<b style="left:{score.mean * 100:.1f}%"></b></span>'
    )


def _word(show: Renderer, name: str, k: int) -> str:
    label, explained = say(show, f"result_{name}", k=k), say(show, f"result_{name}_info")
    return (
        f'<span class="term" tabindex="0" role="note" aria-label="{label}: {explained}" data-tip="{explained}">'
        f"{label}</span>"
    )


def _language(show: Renderer, code: str) -> str:
    return show.text(f"rag.language_{code}") if code in ("en", "es") else code
