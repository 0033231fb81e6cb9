"""What something took, as a range in the unit that suits it: for every tab that measures energy."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playground.measuring.energy import EnergyUse
from playground.page.parts.render import Renderer

_ENERGY = (("kWh", 1000.0), ("Wh", 1.0), ("mWh", 1e-3), ("µWh", 1e-6))
_CARBON = (("kg", 1000.0), ("g", 1.0), ("mg", 1e-3), ("µg", 1e-6))
"""Units from the largest down, in those that are kept: watt-hours and grams."""


def energy_text(show: Renderer, it: EnergyUse | None) -> str:
    """A range of watt-hours, and whether it was measured; escaped."""
    if it is None:
        return html.escape(show.text("page.energy_unknown"))
    said = "page.energy_measured" if it.measured else "page.energy_estimated"
    return html.escape(show.text(said, **_range(show, it.low_wh, it.high_wh, _ENERGY)))


def carbon_text(show: Renderer, it: EnergyUse | None) -> str:
    """A range of grams; escaped. Of carbon it is always an estimate."""
    if it is None:
        return html.escape(show.text("page.energy_unknown"))
    return html.escape(show.text("page.carbon_range", **_range(show, it.low_g, it.high_g, _CARBON)))


def _range(show: Renderer, low: float, high: float, units: Sequence[tuple[str, float]]) -> dict[str, str]:
    """Two significant digits in the largest unit of which there is at least one, or the smallest there is."""
    unit, size = next((one for one in units if high >= one[1]), units[-1])
    said = {}
    for name, value in (("low", low / size), ("high", high / size)):
        said[name] = show.number(value, ".0f" if value >= 10 else ".1f" if value >= 1 else ".2f")
    return {**said, "unit": unit}
