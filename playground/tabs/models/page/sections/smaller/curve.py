"""How much worse a text is foreseen, the more is left out: every share that was tried."""

from __future__ import annotations

import math
from collections.abc import Sequence

from playground.page.parts.render import Renderer
from playground.tabs.models.lab.smaller import ShrunkForm
from playground.tabs.models.page.pieces import say

_WIDTH, _HEIGHT, _LEFT, _BELOW = 340, 170, 46, 26
_DASHES = {"en": "", "es": "5 4"}


def draw_curve(show: Renderer, found: Sequence[ShrunkForm]) -> str:
    """A point for each share and language, perplexity by powers of ten; the whole model at 0, the last form marked."""
    places = {round(one.form.sparsity, 2): one for one in found}
    if len(places) < 2:
        return ""
    ordered = [places[share] for share in sorted(places)]
    values = [math.log10(seen.perplexity) for one in ordered for seen in one.foreseen.values()]
    low, high = math.floor(min(values)), max(math.ceil(max(values)), math.floor(min(values)) + 1)

    def spot(one: ShrunkForm, language: str) -> tuple[float, float]:
        value = math.log10(one.foreseen[language].perplexity)
        across = _LEFT + one.form.sparsity * (_WIDTH - _LEFT - 12)
        return across, 10 + (high - value) / (high - low) * (_HEIGHT - _BELOW - 10)

    lines = "".join(
        f'<polyline stroke-dasharray="{_DASHES.get(language, "")}" points="'
        + " ".join(f"{x:.1f},{y:.1f}" for x, y in (spot(one, language) for one in ordered))
        + '"/>'
        for language in ordered[0].foreseen
    )
    last = found[-1]
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{4 if one is last else 2.5}"/>'
        for language in ordered[0].foreseen
        for one in ordered
        for x, y in (spot(one, language),)
    )
    floor = _HEIGHT - _BELOW
    ups = "".join(
        f'<text x="{_LEFT - 6}" y="{10 + (high - power) / (high - low) * (floor - 10) + 4:.0f}" text-anchor="end">'
        f"{show.number(10**power, ',.0f') if power < 6 else _power(power)}</text>"
        for power in range(low, high + 1, max(1, (high - low) // 4))
    )
    along = "".join(
        f'<text x="{_LEFT + share * (_WIDTH - _LEFT - 12):.0f}" y="{_HEIGHT - 6}" '
        f'text-anchor="{"end" if share == 1 else "middle"}">{show.number(share, ".0%")}</text>'
        for share in (0, 0.5, 1)
    )
    name = say(show, "pruning_curve")
    return (
        f'<svg class="nearness pruning-curve" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{name}">'
        f'<line x1="{_LEFT}" x2="{_WIDTH - 12}" y1="{floor}" y2="{floor}"/>{ups}{along}{lines}{dots}</svg>'
        f'<p class="quiet">{name}</p>'
    )


def _power(exponent: int) -> str:
    """Of ten, as it is written."""
    return "10" + str(exponent).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
