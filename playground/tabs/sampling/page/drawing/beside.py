"""Beside the bars of the next token: those of another prompt, and a token that was looked up."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playground.page.parts.measures import draw_heads, draw_table
from playground.page.parts.render import Renderer
from playground.page.parts.tokens import draw_chip
from playground.tabs.sampling.lab import NextToken, RankedToken
from playground.tabs.sampling.page.drawing.bars import draw_bars, draw_numbers

_ROWS = 12
"""Bars of each of two prompts: enough to compare."""


def draw_beside(show: Renderer, prompts: tuple[str, str], choices: tuple[NextToken, NextToken]) -> str:
    """Two prompts' next tokens side by side."""
    sides = "".join(
        f'<figure class="beside"><figcaption>{html.escape(prompt)}</figcaption>'
        f"{draw_numbers(show, choice)}{draw_bars(show, choice, rows=_ROWS, picked=False)}</figure>"
        for prompt, choice in zip(prompts, choices, strict=True)
    )
    title = html.escape(show.text("sampling.beside_title"))
    return f'<h4 class="part">{title}</h4><div class="besides">{sides}</div>'


def draw_sought(show: Renderer, found: Sequence[RankedToken], vocabulary: int) -> str:
    """The token that was looked up: its rank among all, and its probability from the model to the sliders."""
    if not found:
        return ""
    names = ("token", "rank", "own", "uncut", "after")
    heads = draw_heads(html.escape(show.text(f"sampling.column_{name}")) for name in names)
    rows = "".join(_row(show, one, vocabulary) for one in found)
    title = html.escape(show.text("sampling.sought_title"))
    return f'<h4 class="part">{title}</h4>{draw_table(title, heads, rows, "results sought")}'


def _row(show: Renderer, one: RankedToken, vocabulary: int) -> str:
    row = one.row
    cells = (
        show.text("sampling.rank_of", rank=one.rank, all=vocabulary),
        show.percent(row.probability),
        show.percent(row.uncut),
        show.percent(row.reshaped) if row.kept else show.text("sampling.cut"),
    )
    inside = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{draw_chip(row.token)}</th>{inside}</tr>'
