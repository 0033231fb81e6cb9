"""A run as figures: accuracy with its intervals; tokens, seconds and cost."""

from __future__ import annotations

import html
from collections.abc import Sequence

import plotly.graph_objects as go

from playground.measuring.summary import if_all_read
from playground.page.parts.plots import PlottedColumn, UnreadMark, add_unread, plot_amounts, plot_intervals
from playground.page.parts.render import Renderer
from playground.tabs.prompting.page.drawing.lines import ResultLine


def plot_results(show: Renderer, found: Sequence[ResultLine]) -> tuple[object | None, object | None]:
    """`None` where there is nothing to draw."""
    models = list(dict.fromkeys(line.column.model for line in found))
    computing = all(line.found.computing is not None for line in found if line.found.cells)
    columns = [_column(line, models.index(line.column.model), computing=computing) for line in found]
    if not any(line.found.cells for line in found):
        return None, None
    time = "computing" if computing else "seconds"
    titles = [show.text(f"prompting.axis_{name}") for name in ("tokens", time, "cost")]
    if not any(line.cost for line in found):
        titles.pop()
    binary = all(line.found.binary for line in found)
    scored = any(line.found.mean is not None for line in found)
    title = show.text("prompting.axis_accuracy" if binary else "prompting.axis_score")
    hover = show.text("prompting.hover_accuracy" if binary else "prompting.hover_score")
    accuracy = plot_intervals(show, columns, title, hover) if scored else None
    if accuracy is not None:
        _add_unread(show, accuracy, found, columns)
    return accuracy, plot_amounts(show, columns, titles, show.text("prompting.hover_amount"))


def _add_unread(
    show: Renderer, figure: go.Figure, found: Sequence[ResultLine], columns: Sequence[PlottedColumn]
) -> None:
    """Where the mean would be if every answer that could not be read had been right: a hollow mark, in the legend."""
    marks = [
        UnreadMark(
            row=one.label,
            colour=one.colour,
            most=if_all_read(one.value, line.found.unread, line.found.cells - line.found.failed - line.found.unscored),
            unread=line.found.unread,
            wrong=line.found.wrong,
        )
        for line, one in zip(found, columns, strict=True)
        if line.found.unread and one.value is not None
    ]
    add_unread(figure, marks, show.text("prompting.unread_legend"), show.text("prompting.hover_unread"))


def _column(line: ResultLine, group: int, *, computing: bool) -> PlottedColumn:
    it = line.found
    return PlottedColumn(
        label=html.escape(line.column.label).replace(" · ", "<br>"),  # a figure reads mark-up
        colour=line.colour,
        group=group,
        value=it.mean,
        low=it.low,
        high=it.high,
        items=it.items,
        amounts=(line.tokens, it.computing if computing else it.seconds, line.cost),
    )
