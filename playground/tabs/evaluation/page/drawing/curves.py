"""Curves in a square from 0 to 1, drawn as they stand: they need no script, and print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playground.page.parts.render import Renderer
from playground.tabs.evaluation.page.drawing.pieces import say

_SIDE, _LEFT, _TOP, _BOTTOM = 240, 58, 8, 44
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Points (x, y) from 0 to 1 in a colour; with `dots`, each of them is marked."""

    colour: str
    points: Sequence[tuple[float, float]]
    dots: bool = False


def draw_squares(show: Renderer, squares: Mapping[str, Sequence[Curve]]) -> str:
    """Side by side: "reliability", "roc"; their texts are `evaluation.NAME_title`, `_line`, `_x`, `_y`."""
    drawn = "".join(_square(show, name, curves) for name, curves in squares.items() if curves)
    return f'<div class="diagrams">{drawn}</div>' if drawn else ""


def _square(show: Renderer, name: str, curves: Sequence[Curve]) -> str:
    """Axes, the dotted line from corner to corner, and the curves."""
    drawn = "".join(_curve(one) for one in curves)
    title, x, y = (say(show, f"{name}_{part}") for part in ("title", "x", "y"))
    width, height = _LEFT + _SIDE + 12, _TOP + _SIDE + _BOTTOM
    ticks = "".join(_tick(show, value) for value in _TICKS)
    across, up = _LEFT + _SIDE / 2, _TOP + _SIDE / 2
    return (
        f'<figure class="diagram curves"><figcaption>{title} <small>{say(show, f"{name}_line")}</small></figcaption>'
        f'<svg class="square" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">{ticks}'
        f'<path class="even" d="{_path(((0.0, 0.0), (1.0, 1.0)))}"/>{drawn}'
        f'<text x="{across}" y="{height - 6}" text-anchor="middle">{x}</text>'
        f'<text x="12" y="{up}" text-anchor="middle" transform="rotate(-90 12 {up})">{y}</text></svg></figure>'
    )


def _tick(show: Renderer, value: float) -> str:
    said = show.number(value, "g")
    x, y = _place(value, value)
    return (
        f'<path class="grid" d="M{x:.1f} {_TOP}V{_TOP + _SIDE}M{_LEFT} {y:.1f}H{_LEFT + _SIDE}"/>'
        f'<text class="tick" x="{x:.1f}" y="{_TOP + _SIDE + 15}" text-anchor="middle">{said}</text>'
        f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{said}</text>'
    )


def _curve(it: Curve) -> str:
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in (_place(*point) for point in it.points))
    inside = f'<path class="line" d="{_path(it.points)}"/>{dots if it.dots else ""}'
    return f'<g class="curve" style="--swatch:{it.colour}">{inside}</g>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (_place(*point) for point in points))


def _place(x: float, y: float) -> tuple[float, float]:
    return _LEFT + x * _SIDE, _TOP + (1 - y) * _SIDE
