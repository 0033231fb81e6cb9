"""A candidate with the words that it shares, and every metric with what it is made of."""

from __future__ import annotations

import html
from collections.abc import Mapping

from playground.measuring import metrics
from playground.measuring.reference import Measured
from playground.page.parts.measures import draw_cells, draw_explained, draw_heads, draw_table
from playground.page.parts.plots import SERIES
from playground.page.parts.render import Renderer
from playground.tabs.evaluation.lab.many import ManyMeasured
from playground.tabs.evaluation.lab.microscope import Examined
from playground.tabs.evaluation.page.drawing.curves import Curve, draw_squares
from playground.tabs.evaluation.page.drawing.pieces import say
from providers.errors import Failure

_WORDS = ("length", "reference_length", "pieces", "as_they_stand", "by_stem", "by_meaning")
_COUNTS: tuple[str, ...] = (*_WORDS, "tokens", "window", "stride", "bytes")
"""Parts that are whole numbers."""
_SQUARES = {"reliability": "calibration", "roc": "roc_auc"}
"""The metrics that have a curve, by what it is drawn as."""


def draw_examined(show: Renderer, it: Examined) -> str:
    """Words first, then a row a metric."""
    return _words(show, it) + draw_measured(show, it.found) + _draw_failures(show, it.failed)


def draw_measured(show: Renderer, found: Mapping[str, Measured]) -> str:
    """A row a metric: its value on its own scale, a bar, its parts."""
    if not found:
        return ""
    heads = draw_heads(say(show, name) for name in ("metric_head", "value_head", "parts_head"))
    rows = "".join(_row(show, name, one) for name, one in found.items() if one.value is not None or not one.table)
    words = " ".join(draw_explained(metric_title(show, name), metric_info(show, name)) for name in found)
    noted = dict.fromkeys(note for one in found.values() for note in one.notes)
    notes = "".join(f"<li>{html.escape(show.text(f'metric_note.{note}'))}</li>" for note in noted)
    told = f'<ul class="quiet">{notes}</ul>' if notes else ""
    return f'<p class="words-used">{words}</p>{draw_table(say(show, "scores"), heads, rows, "results measured")}{told}'


def draw_meaning(show: Renderer, found: Measured | None, model: str) -> str:
    """The similarity of meaning, which a model works out beside the rest."""
    if found is None or found.value is None:
        return ""
    heads = draw_heads(say(show, name) for name in ("metric_head", "value_head", "parts_head"))
    by = html.escape(show.text("evaluation.meaning_by", model=model.rpartition("/")[2]))
    return draw_table(say(show, "scores"), heads, _row(show, "semantic", found, by), "results measured")


def draw_many(show: Renderer, it: ManyMeasured) -> str:
    """All metrics of many answers, and the tables that go with some."""
    title = f'<h4 class="part">{say(show, "many_result", count=it.count)}</h4>'
    by_class = {name: one.table for name, one in it.found.items() if _is_by_class(one)}
    tables = "".join(
        draw_metric_table(show, name, one.table) for name, one in it.found.items() if one.table and name not in by_class
    )
    curves = draw_squares(show, {square: _curves(square, it.found.get(name)) for square, name in _SQUARES.items()})
    return (
        title
        + draw_measured(show, it.found)
        + curves
        + _classes(show, by_class)
        + tables
        + _draw_failures(show, it.failed)
    )


def _curves(square: str, it: Measured | None) -> list[Curve]:
    if it is None or not it.curve:
        return []
    return [Curve(colour=SERIES[0], points=it.curve, dots=square == "reliability")]


def metric_title(show: Renderer, name: str) -> str:
    """What a metric is called, escaped; one without a text goes by its own name."""
    return html.escape(show.text(key) if show.has(key := f"reference_metric.{name}") else name)


def metric_info(show: Renderer, name: str) -> str:
    """What it is, escaped."""
    return html.escape(show.text(key) if show.has(key := f"reference_metric.{name}_info") else name)


def _words(show: Renderer, it: Examined) -> str:
    """The candidate; the darker a word, the longer the run of words that a reference shares."""
    pieces, at = list[str](), 0
    for word in it.words:
        pieces.append(html.escape(it.candidate[at : word.start]))
        said = html.escape(it.candidate[word.start : word.end])
        pieces.append(f'<mark class="gram gram-{word.order}">{said}</mark>' if word.order else said)
        at = word.end
    pieces.append(html.escape(it.candidate[at:]))
    shared = sum(word.order > 0 for word in it.words)
    told = say(show, "words_shared", shared=shared, all=len(it.words))
    legend = "".join(f'<mark class="gram gram-{order}">{say(show, f"gram_{order}")}</mark> ' for order in (1, 2, 3, 4))
    return (
        f'<p class="candidate-words">{"".join(pieces)}</p>'
        f'<p class="quiet">{told} <span class="gram-legend">{legend}</span></p>'
    )


def _row(show: Renderer, name: str, it: Measured, by: str = "") -> str:
    traits = metrics.reference_metric(name).TRAITS
    most = traits.high
    value = "–" if it.value is None else show.number(it.value, ".1f" if most == 100 else ".3f")
    scale = "" if most is None else f" <small>/ {show.number(most, '.0f')}</small>"
    share = 0.0 if it.value is None or not most else max(0.0, min(1.0, it.value / most))
    direction = say(show, f"better_{traits.better}")
    bar = f'<span class="score-bar" aria-hidden="true"><i style="width:{share * 100:.1f}%"></i></span>' if most else ""
    parts = by or _parts(show, it.parts, most)
    return (
        f'<tr data-metric="{name}"><th scope="row">{metric_title(show, name)} <small>{direction}</small></th>'
        f'<td><span class="share">{value}</span>{scale} {bar}</td><td><small>{parts}</small></td></tr>'
    )


def _parts(show: Renderer, parts: Mapping[str, float], most: float | None) -> str:
    said = []
    for name, value in parts.items():
        spec = ".0f" if name in _COUNTS else ".1f" if most == 100 and name != "brevity" else ".2f"
        title = show.text(key) if show.has(key := f"metric_part.{name}") else name
        said.append(html.escape(f"{title} {show.number(value, spec)}"))
    return " · ".join(said)


def draw_metric_table(show: Renderer, name: str, table: Mapping[str, Mapping[str, float]]) -> str:
    """A confusion matrix, a value for each class, or a diagram's numbers."""
    columns = list(dict.fromkeys(column for row in table.values() for column in row))
    matrix = name == "confusion"
    title = metric_title(show, name)
    corner = say(show, "matrix_corner" if matrix else "step_head" if name == "calibration" else "class_head")
    heads = draw_heads([corner, *(_column(show, one, matrix=matrix) for one in columns)])
    rows = "".join(
        f'<tr><th scope="row">{html.escape(row)}</th>'
        + "".join(
            f"<td{' class=diagonal' if matrix and row == column else ''}>"
            f"{show.number(values.get(column, 0.0), '.0f' if matrix or column == 'items' else '.3f')}</td>"
            for column in columns
        )
        + "</tr>"
        for row, values in table.items()
    )
    return f'<h4 class="part">{title}</h4>{draw_table(title, heads, rows)}'


def _is_by_class(it: Measured) -> bool:
    """Its table has one value for each class."""
    return bool(it.table) and all(set(row) == {"value"} for row in it.table.values())


def _classes(show: Renderer, found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """A row a class, with each metric's value for it."""
    if not found:
        return ""
    names = list(dict.fromkeys(name for table in found.values() for name in table))
    metrics = [metric_title(show, name) for name in found]
    heads = draw_heads([say(show, "class_head"), *metrics])
    rows = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th>'
        + draw_cells(
            metrics, (show.number(table[name]["value"], ".3f") if name in table else "–" for table in found.values())
        )
        + "</tr>"
        for name in names
    )
    title = say(show, "classes_title")
    return f'<h4 class="part">{title}</h4>{draw_table(title, heads, rows, "results fitting")}'


def _column(show: Renderer, name: str, *, matrix: bool) -> str:
    if matrix:
        return html.escape(name) if name else say(show, "no_class")
    return html.escape(show.text(key) if show.has(key := f"metric_part.{name}") else name)


def _draw_failures(show: Renderer, failed: Mapping[str, Failure]) -> str:
    """Why some could not be worked out, each reason once, with the metrics that it is the reason of."""
    reasons: dict[str, list[str]] = {}
    failures = {failure.key: failure for failure in failed.values()}
    for name, failure in failed.items():
        reasons.setdefault(failure.key, []).append(metric_title(show, name))
    return "".join(
        f'<p class="quiet">{", ".join(names)}:</p>{show.alert(failures[key])}' for key, names in reasons.items()
    )
