"""The sliders that stand beside the bars they move: the sidebar's, once more."""

from __future__ import annotations

import html

from playground.page.parts.render import Renderer
from providers.sampling import PARAMETERS, Parameter

BESIDE = tuple(name for name, known in PARAMETERS.items() if known.beside)
"""The parameters whose slider stands beside the bars."""


def draw_sliders(show: Renderer) -> str:
    """A row of sliders. Where they stand is what the sidebar's say: `sampling/sliders.js` moves the two together."""
    drawn = "".join(_slider(show, name, PARAMETERS[name]) for name in BESIDE)
    return (
        f'<div class="beside-bars" role="group" aria-label="{html.escape(show.text("sampling.sliders"))}">{drawn}</div>'
    )


def _slider(show: Renderer, name: str, known: Parameter) -> str:
    label = html.escape(show.text(f"parameter.{name}.label"))
    told = html.escape(show.text(f"parameter.{name}.info"))
    high = known.slider_end or known.high
    return (
        f'<label title="{told}"><span>{label}</span> <b></b>'
        f'<input type="range" min="{known.low:g}" max="{high:g}" step="{1 if known.whole else 0.01}"'
        f' value="{known.default or 0:g}" aria-label="{label}" data-control="{name.replace("_", "-")}"></label>'
    )
