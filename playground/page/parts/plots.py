"""Figures: one template for every tab. Colours, type and dark mode come from the page's style sheet.

A figure is drawn once on the server, which does not know whether the page is dark. So the template leaves everything
transparent, and `style.css` colours text, axes and grid lines (`.js-plotly-plot`) with the page's own variables.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.page.parts.render import Renderer

SERIES = ("#0f766e", "#b45309", "#7c3aed", "#be185d", "#1d4ed8", "#4d7c0f", "#dc2626", "#64748b")
"""One colour a line; each also has its own mark. Contrast at least 3:1 on white and on the dark page."""
MARKS = ("circle", "square", "diamond", "triangle-up", "x", "star", "triangle-down", "pentagon")
_AXIS = 84
"""Pixels that an axis with its title takes between two panels."""
_LINE = 18
"""Pixels of a further line of a title."""
_WIDE, _LONG = 24, 30
"""Characters of a line below an axis, and of one beside a mark, that fit a phone."""
_TICKS = 3
"""Numbers at an axis of amounts, which may be long: on a phone more would stand on their heads."""
_TYPE = "Source Sans Pro, ui-sans-serif, system-ui, sans-serif"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlottedColumn:
    """A column of a run for a figure. `group` counts the models: a mark each. Amounts are per question."""

    label: str
    colour: str
    group: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    items: int = 0
    amounts: tuple[float | None, ...] = ()


def template(show: Renderer) -> go.layout.Template:
    """No boxes, hairlines, axes from zero, room for titles, numbers as the language writes them."""
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
            "separators": show.separators,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(SERIES),
            "margin": {"l": 8, "r": 16, "t": 16, "b": 8},
            "minreducedheight": 16,  # else plotly lets a title lie over its axis rather than a single row be low
            "hovermode": "closest",
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "xaxis": axis,
            "yaxis": {**axis, "ticklabelstandoff": 10},
        }
    )


def plot_intervals(show: Renderer, columns: Sequence[PlottedColumn], title: str, hover: str) -> go.Figure:
    """Shares from 0 to 1 with their intervals, a line a column, the first one on top.

    `hover` is a sentence with the gaps %{y} (the label), %{x}, and %{customdata[0]} to [2]: low, high, n.
    """
    figure = go.Figure()
    for one in columns:
        if one.value is None or one.low is None or one.high is None:
            continue
        figure.add_scatter(
            x=[one.value],
            y=[one.label],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [one.high - one.value],
                "arrayminus": [one.value - one.low],
            },
            mode="markers",
            marker={"size": 11, "color": one.colour, "symbol": MARKS[one.group % len(MARKS)]},
            customdata=[[one.low, one.high, one.items]],
            showlegend=False,
            cliponaxis=False,
            hovertemplate=f"{hover}<extra></extra>",
        )
    below = _wrap_text(title, _WIDE)
    height = 90 + below.count("<br>") * _LINE + _row_height(columns) * len(columns)
    figure.update_layout(template=template(show), height=height, dragmode=False)
    figure.update_xaxes(title_text=below, range=[0, 1])
    figure.update_yaxes(autorange="reversed", zeroline=False)
    return figure


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadMark:
    """A row in which answers could not be read; `most` is where its share would be had all of them been right."""

    row: str | float
    colour: str
    most: float
    unread: int
    wrong: int


def add_unread(figure: go.Figure, marks: Sequence[UnreadMark], legend: str, hover: str) -> None:
    """Hollow marks with a line of the legend. `hover` has the gaps %{customdata[0]} and [1]: unread, wrong."""
    if not marks:
        return
    figure.add_scatter(
        x=[one.most for one in marks],
        y=[one.row for one in marks],
        mode="markers",
        name=_wrap_text(legend, _LONG),
        marker={
            "size": 11,
            "symbol": "circle-open",
            "color": [one.colour for one in marks],
            "line": {"width": 2},
        },
        customdata=[[one.unread, one.wrong] for one in marks],
        showlegend=True,
        cliponaxis=False,
        hovertemplate=f"{hover}<extra></extra>",
    )


def plot_amounts(show: Renderer, columns: Sequence[PlottedColumn], titles: Sequence[str], hover: str) -> go.Figure:
    """Bars from zero, one panel below the other: each of `amounts`, whose axes are called `titles`."""
    height = len(titles) * (_AXIS + _row_height(columns) * len(columns))
    figure = make_subplots(rows=len(titles), cols=1, vertical_spacing=_AXIS / height)
    for row, title in enumerate(titles, start=1):
        shown = [one for one in columns if one.amounts[row - 1] is not None]
        figure.add_bar(
            x=[one.amounts[row - 1] for one in shown],
            y=[one.label for one in shown],
            orientation="h",
            marker={"color": [one.colour for one in shown]},
            showlegend=False,
            hovertemplate=f"{hover}<extra></extra>",
            row=row,
            col=1,
        )
        figure.update_xaxes(title_text=_wrap_text(title, _WIDE), nticks=_TICKS, row=row, col=1)
    figure.update_layout(template=template(show), height=height, dragmode=False)
    figure.update_yaxes(autorange="reversed", zeroline=False)
    return figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share from 0 to 1 with its interval, of one series in one row."""

    row: str
    series: str
    colour: str
    value: float
    low: float
    high: float
    items: int
    unread: int = 0
    wrong: int = 0
    most: float | None = None
    """Where it would be if every answer that could not be read had been right."""


def plot_shares(show: Renderer, shares: Sequence[Share], title: str, hover: str, unread: tuple[str, str]) -> go.Figure:
    """Rows of shares with their intervals, a colour and a mark a series, side by side within a row.

    `hover` is as in `plot_intervals`, %{text} standing for the series; `unread` are the texts for `add_unread`.
    """
    figure = go.Figure()
    hollow: list[UnreadMark] = []
    rows = list(dict.fromkeys(one.row for one in shares))
    series = list(dict.fromkeys(one.series for one in shares))
    for number, name in enumerate(series):
        found = [one for one in shares if one.series == name]
        shift = (number - (len(series) - 1) / 2) * 0.8 / len(series)
        hollow += [
            UnreadMark(
                row=rows.index(one.row) + shift, colour=one.colour, most=one.most, unread=one.unread, wrong=one.wrong
            )
            for one in found
            if one.unread and one.most is not None
        ]
        figure.add_scatter(
            x=[one.value for one in found],
            y=[rows.index(one.row) + shift for one in found],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [one.high - one.value for one in found],
                "arrayminus": [one.value - one.low for one in found],
            },
            mode="markers",
            name=name,
            marker={"size": 9, "color": found[0].colour, "symbol": MARKS[number % len(MARKS)]},
            text=[f"{one.row}, {one.series}" for one in found],
            customdata=[[one.low, one.high, one.items] for one in found],
            cliponaxis=False,
            hovertemplate=f"{hover}<extra></extra>",
        )
    add_unread(figure, hollow, *unread)
    below = _wrap_text(title, _WIDE)
    height = 110 + below.count("<br>") * _LINE + 24 * len(series) + len(rows) * (14 + 16 * len(series))
    figure.update_layout(template=template(show), height=height, dragmode=False)
    figure.update_xaxes(title_text=below, range=[0, 1])
    names = {"tickvals": list(range(len(rows))), "ticktext": rows}
    figure.update_yaxes(autorange="reversed", zeroline=False, rangemode="normal", **names)
    return figure


def _wrap_text(text: str, width: int) -> str:
    """In lines of about so many characters: plotly cuts what is wider than its place."""
    return "<br>".join(textwrap.wrap(text, width, break_long_words=False))


def _row_height(columns: Sequence[PlottedColumn]) -> int:
    """Pixels of a line: more where labels have two."""
    return 46 if any("<br>" in one.label for one in columns) else 32
