"""Figures: one template for every tab. Colours, type and dark mode come from the page's style sheet.

A figure is drawn once on the server, which does not know whether the page is dark. So the template leaves everything
transparent, and `style.css` colours text, axes and grid lines (`.js-plotly-plot`) with the page's own variables.
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from playground.labs.sampling import Line

SERIES = ("#0f766e", "#b45309", "#7c3aed", "#be185d", "#1d4ed8", "#4d7c0f")
"""One colour a line; each also has its own mark. Contrast at least 3:1 on white and on the dark page."""
_MARKS = ("circle", "square", "diamond", "triangle-up", "x", "star")
_TYPE = "Source Sans Pro, ui-sans-serif, system-ui, sans-serif"


def template() -> go.layout.Template:
    """No boxes, hairlines, axes from zero, room for titles."""
    axis = {
        "rangemode": "tozero",
        "zeroline": True,
        "showline": False,
        "ticks": "",
        "automargin": True,
        "title": {"standoff": 10, "font": {"size": 14}},
    }
    return go.layout.Template(
        layout={
            "font": {"family": _TYPE, "size": 14},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(SERIES),
            "margin": {"l": 8, "r": 16, "t": 16, "b": 8},
            "hovermode": "closest",
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "xaxis": axis,
            "yaxis": axis,
        }
    )


def diversity_plot(lines: Sequence[Line], names: Sequence[str], titles: tuple[str, str], hover: str) -> go.Figure:
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
            marker={"size": 9, "symbol": _MARKS[number % len(_MARKS)]},
            cliponaxis=False,
            hovertemplate=f"{hover}<extra></extra>",
        )
    figure.update_layout(template=template(), height=320, dragmode=False)
    figure.update_xaxes(title_text=titles[0])
    figure.update_yaxes(title_text=titles[1], range=[0, 1.05])
    return figure
