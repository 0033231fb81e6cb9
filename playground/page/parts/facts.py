"""What answers took, in one line."""

from __future__ import annotations

from playground.page.parts.render import Renderer
from providers.types import Usage


def facts_text(show: Renderer, calls: int, usage: Usage, seconds: float, cost: float | None) -> str:
    """Calls of a model and their tokens, where there were any; time; `cost` in US dollars, an estimate, where there is
    something to pay, `None` where nobody knows how much."""
    parts = []
    if calls or usage.input_tokens or usage.output_tokens:
        counts = {"input": usage.input_tokens, "output": usage.output_tokens}
        about = "≈ " if usage.estimated else ""
        parts = [show.text("facts.calls", count=calls), about + show.text("facts.tokens", **counts)]
    parts.append(show.text("facts.seconds", seconds=show.number(seconds, ".2f" if seconds < 1 else ".1f")))
    if cost is None:
        parts.append(show.text("facts.cost_unknown"))
    elif cost:
        parts.append(show.text("facts.cost", cost=show.dollars(cost)))
    return " · ".join(parts)
