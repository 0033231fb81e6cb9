"""A comparison as figures: scores with their intervals, or how sure and how right a model was; what an answer took."""

from __future__ import annotations

import html
from collections.abc import Sequence

import plotly.graph_objects as go

from playground.measuring.kinds import Outcomes
from playground.measuring.metrics import measured
from playground.measuring.reference import Probabilities
from playground.measuring.store import RunDescription
from playground.page.parts.plots import SERIES, PlottedColumn, plot_amounts, plot_intervals, template
from playground.page.parts.render import Renderer
from playground.page.parts.run_titles import metric_name
from playground.tabs.evaluation.lab.comparison import ComparedLine, confidences


def plot_compared(
    show: Renderer, description: RunDescription, lines: Sequence[ComparedLine], outcomes: Outcomes
) -> tuple[go.Figure | None, go.Figure | None]:
    """Scores with their intervals (of likelihoods: the reliability diagram), and what an answer took."""
    columns = [_plotted(line, place) for place, line in enumerate(lines)]
    if not any(line.found.cells for line in lines):
        return None, None
    titles = [show.text("evaluation.axis_tokens"), show.text("evaluation.axis_seconds")]
    took = plot_amounts(show, columns, titles, show.text("evaluation.hover_amount"))
    if (diagram := _plot_calibration(show, description, outcomes)) is not None:
        return diagram, took
    if not any(one.value is not None for one in columns):
        return None, took
    title = metric_name(show, description)
    return plot_intervals(show, columns, title, show.text("evaluation.hover_score")), took


def _plot_calibration(show: Renderer, description: RunDescription, outcomes: Outcomes) -> go.Figure | None:
    """How often the likeliest option is right, against how sure the model was; `None` where answers were written."""
    figure = go.Figure()
    for place, column in enumerate(description.columns):
        happened, said = confidences(outcomes, column.key)
        if not said:
            continue
        found = measured("calibration", Probabilities(happened=happened, said=said))
        error = show.number(found.value or 0.0, ".2f")
        figure.add_scatter(
            x=[x for x, _ in found.curve],
            y=[y for _, y in found.curve],
            mode="lines+markers",
            name=html.escape(show.text("evaluation.calibration_line", label=column.label, error=error)),
            line={"color": SERIES[place % len(SERIES)]},
        )
    if not figure.data:
        return None
    straight = show.text("evaluation.curve_straight")
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", name=straight, line={"dash": "dot", "color": "#64748b"})
    figure.update_layout(template=template(show), height=400, dragmode=False)
    figure.update_xaxes(title_text=show.text("evaluation.axis_sure"), range=[0, 1])
    figure.update_yaxes(title_text=show.text("evaluation.axis_right"), range=[0, 1.02])
    return figure


def _plotted(line: ComparedLine, place: int) -> PlottedColumn:
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
