"""Diversity against temperature, as a figure."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from playground.page.parts.plots import MARKS, template
from playground.tabs.sampling.lab import DiversityLine


def plot_diversity(
    lines: Sequence[DiversityLine], names: Sequence[str], titles: tuple[str, str], hover: str
) -> go.Figure:
    """Diversity (0 to 1) against temperature, a line for each top-k or top-p.

    `titles` are those of the axes; `hover` is a sentence with the gaps %{x} and %{y}.
    """
    figure = go.Figure()
    for number, (line, name) in enumerate(zip(lines, names, strict=True)):
        figure.add_scatter(
            x=[x for x, _ in line.points],
            y=[y for _, y in line.points],
            mode="lines+markers",
            name=name,
            showlegend=len(lines) > 1,
            marker={"size": 9, "symbol": MARKS[number % len(MARKS)]},
            cliponaxis=False,
            hovertemplate=f"{hover}<extra></extra>",
        )
    figure.update_layout(template=template(), height=320, dragmode=False)
    figure.update_xaxes(title_text=titles[0])
    figure.update_yaxes(title_text=titles[1], range=[0, 1.05])
    return figure
