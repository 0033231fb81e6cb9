"""Diversity against temperature, as a figure."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from playground.page.parts.plots import MARKS, template
from playground.page.parts.render import Renderer
from playground.tabs.sampling.lab import DiversityLine


def plot_diversity(show: Renderer, lines: Sequence[DiversityLine]) -> go.Figure:
    """Diversity (0 to 1) against temperature, a line for each top-k or top-p."""
    hover = show.text("sampling.plot_hover")
    figure = go.Figure()
    for number, line in enumerate(lines):
        figure.add_scatter(
            x=[x for x, _ in line.points],
            y=[y for _, y in line.points],
            mode="lines+markers",
            name=_name(show, line),
            showlegend=len(lines) > 1,
            marker={"size": 9, "symbol": MARKS[number % len(MARKS)]},
            cliponaxis=False,
            hovertemplate=f"{hover}<extra></extra>",
        )
    figure.update_layout(template=template(show), height=320, dragmode=False)
    figure.update_xaxes(title_text=show.text("sampling.axis_temperature"))
    figure.update_yaxes(title_text=show.text("sampling.axis_diversity"), range=[0, 1.05])
    return figure


def _name(show: Renderer, line: DiversityLine) -> str:
    if line.top_k is not None:
        return show.text("sampling.at_top_k", top_k=line.top_k)
    return "" if line.top_p is None else show.text("sampling.at_top_p", top_p=show.number(line.top_p, "g"))
