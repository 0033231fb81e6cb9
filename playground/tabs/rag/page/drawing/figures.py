"""The map of chunks: two dimensions of their vectors, one colour and mark a document, the question among them."""

from __future__ import annotations

import html
from collections.abc import Sequence

import plotly.graph_objects as go

from playground.page.parts.plots import SERIES, template
from playground.page.parts.render import Renderer
from playground.tabs.rag.lab.documents import Chunk
from playground.tabs.rag.lab.index.projection import Projection

_MARKS = ("circle", "square", "diamond", "triangle-up", "x", "triangle-down", "pentagon")
_SHOWN = 110
"""Characters of a chunk shown on hover."""
_WIDTH = 55
"""Characters of a line of them."""


def plot_map(show: Renderer, every: Sequence[Chunk], flat: Projection, question: str) -> go.Figure:
    """The chunks, row by row as `flat` has them. Names and texts are escaped: a figure reads mark-up."""
    figure = go.Figure()
    names = list(dict.fromkeys((one.document, one.name) for one in every))
    for number, (digest, name) in enumerate(names):
        rows = [row for row, one in enumerate(every) if one.document == digest]
        figure.add_scatter(
            x=[float(flat.x[row]) for row in rows],
            y=[float(flat.y[row]) for row in rows],
            mode="markers",
            name=html.escape(name[:40]),
            marker={"size": 9, "opacity": 0.8, "color": SERIES[number % len(SERIES)], "symbol": _mark(number)},
            text=[_hover(show, every[row]) for row in rows],
            hovertemplate="%{text}<extra></extra>",
        )
    if flat.question is not None:
        figure.add_scatter(
            x=[float(flat.question[0])],
            y=[float(flat.question[1])],
            mode="markers",
            name=html.escape(show.text("rag.map_question")),
            marker={"size": 18, "symbol": "star", "color": "#dc2626", "line": {"width": 1, "color": "white"}},
            text=[_wrap(question)],
            hovertemplate="%{text}<extra></extra>",
        )
    first, second = flat.explained
    figure.update_layout(template=template(show), height=460, dragmode=False, showlegend=len(names) <= len(SERIES))
    figure.update_xaxes(title_text=show.text("rag.map_axis", number=1, share=first), rangemode="normal")
    figure.update_yaxes(title_text=show.text("rag.map_axis", number=2, share=second), rangemode="normal")
    return figure


def _mark(number: int) -> str:
    """Colours come again after eight documents, and then with another mark."""
    return _MARKS[(number + number // len(SERIES)) % len(_MARKS)]


def _hover(show: Renderer, chunk: Chunk) -> str:
    head = html.escape(show.text("rag.where", file=chunk.name, page=chunk.page))
    return f"<b>{head}</b><br>{_wrap(chunk.text)}"


def _wrap(text: str) -> str:
    """The beginning of a text in lines, escaped."""
    words, lines = " ".join(text.split())[:_SHOWN].split(" "), [""]
    for one in words:
        if len(lines[-1]) + len(one) > _WIDTH and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {one}".strip()
    return "<br>".join(html.escape(line) for line in lines) + ("…" if len(text) > _SHOWN else "")
