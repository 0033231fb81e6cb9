"""What a table of accuracy is to be measured against, in any tab: the most frequent answer, chance, and who says the
same nearly always."""

from __future__ import annotations

import html

from playground.measuring.floors import floors, monotony
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import RunDescription
from playground.page.parts.render import Renderer


def draw_floors(show: Renderer, description: RunDescription, rest: int) -> str:
    """Rows of the table: always the most frequent answer, and chance; `rest` cells of each stay empty. Nothing where
    answers are not chosen."""
    found = floors(description.items, description.kind)
    if found is None:
        return ""
    rows = (("majority", found.majority), ("chance", found.chance))
    return "".join(
        f'<tr class="floor" data-floor="{name}"><th scope="row">{_say(show, f"floor_{name}", answer=found.answer)}</th>'
        f'<td><span class="share">{show.number(share, ".0%")}</span></td>{"<td>–</td>" * rest}</tr>'
        for name, share in rows
    )


def always_same(show: Renderer, description: RunDescription, outcomes: Outcomes) -> dict[str, str]:
    """A sentence for each column that hardly ever changes its answer, by the column's key; escaped."""
    usual, said = floors(description.items, description.kind), {}
    for column in description.columns:
        if (same := monotony(outcomes, column.key, usual)) is not None:
            counts = {"answer": same.answer, "count": same.count, "of": same.of}
            said[column.key] = _say(show, "always_same", label=column.label, **counts)
    return said


def _say(show: Renderer, name: str, **values: object) -> str:
    return html.escape(show.text(f"prompting.{name}", **values))
