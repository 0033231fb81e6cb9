"""What a run may cost, said before it begins."""

from __future__ import annotations

from playground.page.parts.render import Renderer
from playground.strategies.runs.describe import Estimate


def price_text(show: Renderer, estimate: Estimate) -> str:
    """In a sentence: which models answer elsewhere, how often they are asked, and about how much that costs."""
    values = {"models": ", ".join(estimate.elsewhere), "calls": show.number(estimate.calls)}
    if estimate.cost is None:
        return show.text("prompting.cost_nobody_knows", **values)
    cost = show.dollars(estimate.cost) if estimate.cost < 1 else show.number(estimate.cost, ".2f")
    return show.text("prompting.cost_about", cost=cost, **values)
