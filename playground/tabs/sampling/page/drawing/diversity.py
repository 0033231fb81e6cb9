"""Diversity against temperature, as a figure."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from playground.page.parts.plots import MARKS, template
from playground.page.parts.render import Renderer
from playground.tabs.sampling.lab import DiversityLine
from playground.tabs.sampling.page.drawing.cells import name_others


def plot_diversity(show: Renderer, lines: Sequence[DiversityLine]) -> go.Figure:
    """Diversity (0 to 1) against temperature, a line for each setting of the other parameters."""
    hover = show.text("sampling.plot_hover")
    figure = go.Figure()
    for number, line in enumerate(lines):
        figure.add_scatter(
            x=[x for x, _ in line.points],
            y=[y for _, y in line.points],
            mode="lines+markers",
            name=" · ".join(name_others(show, line.others)),
            showlegend=len(lines) > 1,
            marker={"size": 9, "symbol": MARKS[number % len(MARKS)]},
            cliponaxis=False,
            hovertemplate=f"{hover}<extra></extra>",
        )
    figure.update_layout(template=template(show), height=320, dragmode=False)
    figure.update_xaxes(title_text=show.text("sampling.axis_temperature"))
    figure.update_yaxes(title_text=show.text("sampling.axis_diversity"), range=[0, 1.05])
    return figure
