"""A run as figures: accuracy with its intervals; tokens, seconds and cost."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playground.page.parts.plots import Measured, amounts_plot, interval_plot
from playground.page.parts.render import Renderer
from playground.tabs.prompting.page.drawing.results import Line


def figures(show: Renderer, found: Sequence[Line]) -> tuple[object | None, object | None]:
    """`None` where there is nothing to draw."""
    models = list(dict.fromkeys(line.column.model for line in found))
    columns = [_measured(line, models.index(line.column.model)) for line in found]
    if not any(line.found.cells for line in found):
        return None, None
    titles = [show.text("prompting.axis_tokens"), show.text("prompting.axis_seconds"), show.text("prompting.axis_cost")]
    if not any(line.cost for line in found):
        titles.pop()
    binary = all(line.found.binary for line in found)
    scored = any(line.found.mean is not None for line in found)
    title = show.text("prompting.axis_accuracy" if binary else "prompting.axis_score")
    accuracy = interval_plot(columns, title, show.text("prompting.hover_accuracy")) if scored else None
    return accuracy, amounts_plot(columns, titles, show.text("prompting.hover_amount"))


def _measured(line: Line, group: int) -> Measured:
    it = line.found
    return Measured(
        label=html.escape(line.column.label).replace(" · ", "<br>"),  # a figure reads mark-up
        colour=line.colour,
        group=group,
        value=it.mean,
        low=it.low,
        high=it.high,
        items=it.items,
        amounts=(line.tokens, it.seconds, line.cost),
    )
