"""A run as figures: accuracy with its intervals; tokens, seconds and cost."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playground.page.parts.plots import PlottedColumn, plot_amounts, plot_intervals
from playground.page.parts.render import Renderer
from playground.tabs.prompting.page.drawing.results import ResultLine


def plot_results(show: Renderer, found: Sequence[ResultLine]) -> tuple[object | None, object | None]:
    """`None` where there is nothing to draw."""
    models = list(dict.fromkeys(line.column.model for line in found))
    columns = [_column(line, models.index(line.column.model)) for line in found]
    if not any(line.found.cells for line in found):
        return None, None
    titles = [show.text("prompting.axis_tokens"), show.text("prompting.axis_seconds"), show.text("prompting.axis_cost")]
    if not any(line.cost for line in found):
        titles.pop()
    binary = all(line.found.binary for line in found)
    scored = any(line.found.mean is not None for line in found)
    title = show.text("prompting.axis_accuracy" if binary else "prompting.axis_score")
    accuracy = plot_intervals(show, columns, title, show.text("prompting.hover_accuracy")) if scored else None
    return accuracy, plot_amounts(show, columns, titles, show.text("prompting.hover_amount"))


def _column(line: ResultLine, group: int) -> PlottedColumn:
    it = line.found
    return PlottedColumn(
        label=html.escape(line.column.label).replace(" · ", "<br>"),  # a figure reads mark-up
        colour=line.colour,
        group=group,
        value=it.mean,
        low=it.low,
        high=it.high,
        items=it.items,
        amounts=(line.tokens, it.seconds, line.cost),
    )
