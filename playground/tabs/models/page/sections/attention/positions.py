"""How a model knows which token stands where, drawn from its own numbers."""

from __future__ import annotations

import html

import numpy as np
from numpy.typing import NDArray

from playground.page.parts.render import Renderer
from playground.tabs.models.lab.attention import nearness, turn_lengths
from playground.tabs.models.page.pieces import say
from providers.inspection import Positions

_FAR = 256
"""Tokens apart, up to which nearness is drawn."""
_SHOWN = 32
"""Learnt positions that are drawn."""


def draw_positions(show: Renderer, positions: Positions) -> str:
    """Folded; nothing for a model of which nothing is known."""
    if positions.turns is not None:
        body = _rotary(show, positions.turns)
    elif positions.likeness is not None:
        body = _absolute(show, positions.likeness)
    else:
        return ""
    return f'<details class="read"><summary>{say(show, "positions")}</summary>{body}</details>'


def _rotary(show: Renderer, turns: NDArray[np.float32]) -> str:
    fast, slow = turn_lengths(turns)
    told = say(show, "rotary_told", pairs=len(turns), fast=fast, slow=slow)
    distances = [round(one) for one in np.geomspace(1, _FAR, 48)]
    points = [(0.0, 1.0), *zip(np.log2(distances).tolist(), nearness(turns, distances), strict=True)]
    width, height = 300, 110
    line = " ".join(f"{x / 8 * (width - 40) + 30:.1f},{(1 - y) * (height - 30) * 0.8 + 8:.1f}" for x, y in points[1:])
    ticks = "".join(
        f'<text x="{power / 8 * (width - 40) + 30:.0f}" y="{height - 4}" text-anchor="middle">{2**power}</text>'
        for power in range(0, 9, 2)
    )
    name = html.escape(show.text("models.rotary_plot"))
    return (
        f"<p>{told}</p>"
        f'<svg class="nearness" viewBox="0 0 {width} {height}" role="img" aria-label="{name}">'
        f'<line x1="30" x2="{width - 10}" y1="{0.8 * (height - 30) + 8:.0f}" y2="{0.8 * (height - 30) + 8:.0f}"/>'
        f'<text x="4" y="14">1</text><text x="4" y="{0.8 * (height - 30) + 12:.0f}">0</text>'
        f'<polyline points="{line}"/>{ticks}</svg><p class="quiet">{name}</p>'
    )


def _absolute(show: Renderer, likeness: NDArray[np.float32]) -> str:
    """The likeness of the learnt vectors of the first positions, as a picture of squares."""
    shown = likeness[:_SHOWN, :_SHOWN]
    neighbours = float(np.diagonal(likeness, 1).mean())
    far = float(np.diagonal(likeness, min(_SHOWN, len(likeness) - 1)).mean())
    cells = "".join(
        f'<rect x="{column}" y="{row}" width="1.02" height="1.02" fill-opacity="{max(0.0, float(value)):.2f}"/>'
        for (row, column), value in np.ndenumerate(shown)
    )
    name = html.escape(show.text("models.absolute_plot", count=_SHOWN))
    told = say(show, "absolute_told", count=len(likeness), near=neighbours, far=far, apart=_SHOWN)
    return (
        f"<p>{told}</p>"
        f'<svg class="likeness" viewBox="0 0 {len(shown)} {len(shown)}" role="img" aria-label="{name}">{cells}</svg>'
        f'<p class="quiet">{name}</p>'
    )
