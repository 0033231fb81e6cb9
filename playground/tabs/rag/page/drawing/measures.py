"""What a measurement of searching says: the table with intervals, and a figure."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from playground.measuring import Snapshot
from playground.page.parts.measures import (
    draw_explained,
    draw_heads,
    draw_progress,
    draw_swatch,
    draw_whisker,
    draw_wide_table,
)
from playground.page.parts.plots import SERIES, PlottedColumn, plot_intervals
from playground.page.parts.render import Renderer
from playground.tabs.rag.lab.measuring.columns import METRICS, Metric
from playground.tabs.rag.lab.measuring.table import RetrievalScores
from playground.tabs.rag.page.drawing.pieces import say


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTitle:
    """What a measurement of searching was of. `set_name`: one of the page's question sets; `begun` in ISO 8601, UTC."""

    set_name: str
    questions: int
    languages: tuple[str, ...]
    embedding: str
    ways: tuple[str, ...]
    sizes: tuple[str, ...]
    k: int
    begun: str


def draw_measure_title(show: Renderer, it: MeasureTitle) -> str:
    """Over the results: set, questions, languages, embedding model, ways, chunk lengths, metrics and date."""
    parts = [
        show.text("prompting.title_questions", count=it.questions),
        ", ".join(show.language_name(language) for language in it.languages),
        it.embedding,
        ", ".join(show.text(f"rag.way_{way}") for way in it.ways),
        show.text("rag.title_sizes", sizes=", ".join(it.sizes)),
        show.text("rag.title_metrics", k=it.k),
        show.text("prompting.title_when", when=show.moment(it.begun)),
    ]
    said = html.escape(" · ".join(part for part in parts if part))
    return f'<h4 class="part run-title">{say(show, f"set_{it.set_name}")} <small>{said}</small></h4>'


def setup_parts(
    show: Renderer, set_name: str, questions: int, ways: Sequence[str], sizes: Sequence[object]
) -> list[str]:
    """What is measured, for one line: set, n, ways, chunk lengths."""
    return [
        show.text(f"rag.set_{set_name}"),
        show.text("page.setup_count", count=questions),
        ", ".join(show.text(f"rag.way_{way}") for way in ways),
        show.text("rag.title_sizes", sizes=", ".join(map(str, sizes))),
    ]


Tables = Mapping[str, Sequence[RetrievalScores]]
"""By language; "" for all questions together."""
_WAYS = ("dense", "lexical", "hybrid", "reranked")
_HEADS = ("recall", "mrr", "ndcg", "against", "computing", "time")


def draw_searches(show: Renderer, snapshot: Snapshot) -> str:
    """How many searches are done, and a bar."""
    done, total = len(snapshot.outcomes), snapshot.total
    state = "measure_stopped" if snapshot.state == "stopped" else "measure_done" if done >= total else "measure_running"
    said = f"<strong>{say(show, state)}</strong> <span>{say(show, 'searches', done=done, all=total)}</span>"
    if snapshot.failed:
        said += f' <span class="wrong">{say(show, "searches_failed", count=snapshot.failed)}</span>'
    return draw_progress(said, done / total if total else 1)


def draw_measures(show: Renderer, found: Tables, k: int) -> str:
    """One table over all questions, and one a language where there are several."""
    whole = draw_measure_table(show, found.get("", ()), k)
    others = {language: rows for language, rows in found.items() if language}
    if len(others) < 2:
        return whole
    parts = "".join(
        f'<h4 class="part">{say(show, "only_language", language=show.language_name(language))}</h4>'
        f"{draw_measure_table(show, rows, k, words=False)}"
        for language, rows in others.items()
    )
    return whole + parts


def draw_measure_table(show: Renderer, rows: Sequence[RetrievalScores], k: int, *, words: bool = True) -> str:
    """A row a way and chunk length."""
    texts = {name: f"result_{name}_info" for name in (*_HEADS[:3], "interval", *_HEADS[3:])}
    recalls = [row.scores["recall"] for row in rows if "recall" in row.scores]
    if not all(score.binary for score in recalls):  # a question may have several places, of which some are found
        texts |= {"interval": "result_interval_bootstrap_info", "against": "result_against_sign_info"}
    explained = " ".join(
        draw_explained(say(show, f"result_{name}", k=k), say(show, text)) for name, text in texts.items()
    )
    heads = draw_heads(say(show, f"result_{name}", k=k) for name in ("column", *_HEADS))
    lines = "".join(_row(show, row) for row in rows)
    drawn = draw_wide_table(say(show, "measure_plot"), heads, lines, html.escape(show.text("page.all_columns")))
    return f'{drawn}<p class="words-used">{explained}</p>' if words else drawn


def plot_recall(show: Renderer, rows: Sequence[RetrievalScores], k: int) -> go.Figure | None:
    """Recall with its intervals; `None` where nothing is measured."""
    columns = [
        PlottedColumn(
            label=html.escape(row_name(show, row)),  # a figure reads mark-up
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
    return plot_intervals(show, columns, show.text("rag.axis_recall", k=k), show.text("rag.hover_recall"))


def row_name(show: Renderer, row: RetrievalScores) -> str:
    """A way and the length of the chunks."""
    way = show.text(f"rag.way_{row.way}") if row.way in _WAYS else row.way
    return show.text("rag.column_name", way=way, tokens=row.cutting)


def colour_of(row: RetrievalScores) -> str:
    """One colour a way, the same everywhere."""
    return SERIES[_WAYS.index(row.way) % len(SERIES)] if row.way in _WAYS else SERIES[-1]


def _row(show: Renderer, row: RetrievalScores) -> str:
    counted = [html.escape(show.text("prompting.of_n", n=row.questions))]
    if row.lost:
        counted.append(say(show, "lost", count=row.lost))
    if row.failed:
        counted.append(say(show, "searches_failed", count=row.failed))
    cells = [_score(show, row, metric) for metric in METRICS]
    against = "–"
    if (it := row.comparison) is not None:
        p = show.p_compared(it.p)
        against = html.escape(show.text("prompting.paired", better=it.better, worse=it.worse, p=p))
    cells += [against, *(_milliseconds(show, seconds) for seconds in (row.computing, row.seconds))]
    inside = "".join(f"<td>{cell}</td>" for cell in cells)
    name, counts = html.escape(row_name(show, row)), " · ".join(counted)
    return (
        f'<tr data-column="{html.escape(row.key)}"><th scope="row">{draw_swatch(colour_of(row))}{name} '
        f"<small>{counts}</small></th>{inside}</tr>"
    )


def _milliseconds(show: Renderer, seconds: float | None) -> str:
    return "–" if seconds is None else f"{show.number(seconds * 1000, ',.0f')} ms"


def _score(show: Renderer, row: RetrievalScores, metric: Metric) -> str:
    score = row.scores.get(metric)
    if score is None:
        return "–"
    drawn = draw_whisker(score.low, score.mean, score.high, colour_of(row)) if metric == "recall" else ""
    value, low, high = (_number(show, one, metric) for one in (score.mean, score.low, score.high))
    return f'{drawn}<span class="share">{value}</span> <small>({low} – {high})</small>'


def _number(show: Renderer, value: float, metric: Metric) -> str:
    return show.number(value, ".0%" if metric == "recall" else ".2f")
