"""A comparison as figures: scores with their intervals, and what an answer took."""

from __future__ import annotations

import html
from collections.abc import Sequence

import plotly.graph_objects as go

from playground.measuring.store import RunDescription
from playground.page.parts.plots import SERIES, PlottedColumn, plot_amounts, plot_intervals
from playground.page.parts.render import Renderer
from playground.page.parts.run_titles import metric_name
from playground.tabs.evaluation.lab.comparison import ComparedLine


def plot_compared(
    show: Renderer, description: RunDescription, lines: Sequence[ComparedLine]
) -> tuple[go.Figure | None, go.Figure | None]:
    """`None` for what there is nothing of."""
    columns = [_plot_column(line, place) for place, line in enumerate(lines)]
    if not any(line.found.cells for line in lines):
        return None, None
    titles = [show.text("evaluation.axis_tokens"), show.text("evaluation.axis_seconds")]
    took = plot_amounts(show, columns, titles, show.text("evaluation.hover_amount"))
    if not any(one.value is not None for one in columns):
        return None, took
    title = metric_name(show, description)
    return plot_intervals(show, columns, title, show.text("evaluation.hover_score")), took


def _plot_column(line: ComparedLine, place: int) -> PlottedColumn:
    it = line.found
    tokens = (it.input_tokens + it.output_tokens) / it.cells if it.cells else None
    return PlottedColumn(
        label=html.escape(line.column.label),  # a figure reads mark-up
        colour=SERIES[place % len(SERIES)],
        group=place,
        value=it.mean,
        low=it.low,
        high=it.high,
        items=it.items,
        amounts=(tokens, it.seconds),
    )
