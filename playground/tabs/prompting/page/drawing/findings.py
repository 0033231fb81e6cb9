"""What a run's table says in words: what always the same answer would reach, who gives it, and what is shown or not."""

from __future__ import annotations

from collections.abc import Sequence

from playground.measuring.floors import floors, monotony
from playground.measuring.store import RunDescription
from playground.measuring.summary import Outcomes
from playground.page.parts.render import Renderer
from playground.tabs.prompting.page.drawing.lines import ResultLine
from playground.tabs.prompting.page.drawing.pieces import say
from playground.tabs.prompting.page.drawing.title import is_graded

_SURE = 0.05
"""p below which a difference counts as shown."""
_REST = 6
"""Cells of a row that these have nothing for."""


def draw_floors(show: Renderer, description: RunDescription) -> str:
    """Rows of the table: always the most frequent answer, and chance. Nothing where answers are not chosen."""
    found = floors(description.items, description.kind)
    if found is None:
        return ""
    rows = (("majority", found.majority), ("chance", found.chance))
    return "".join(
        f'<tr class="floor" data-floor="{name}"><th scope="row">{say(show, f"floor_{name}", answer=found.answer)}</th>'
        f'<td><span class="share">{show.number(share, ".0%")}</span></td>{"<td>–</td>" * _REST}</tr>'
        for name, share in rows
    )


def draw_findings(show: Renderer, description: RunDescription, found: Sequence[ResultLine], outcomes: Outcomes) -> str:
    """A sentence a comparison, true of these very numbers, and one a column that hardly ever changes its answer."""
    labels = {column.key: column.label for column in description.columns}
    usual = floors(description.items, description.kind)
    said = []
    for line in found:
        if (same := monotony(outcomes, line.column.key, usual)) is not None:
            counts = {"answer": same.answer, "count": same.count, "of": same.of}
            said.append(say(show, "always_same", label=line.column.label, **counts))
        if (it := line.found.comparison) is None:
            continue
        name = "undecided" if it.p >= _SURE else "better" if it.better > it.worse else "worse"
        if it.better == it.worse == 0:
            name = "alike"
        graded = "_graded" if is_graded(description) else ""
        values = {"label": line.column.label, "other": labels.get(it.baseline, it.baseline), "count": it.items}
        p = show.number(it.p, ".3f") if it.p >= 0.001 else "< 0.001"
        counts = {"more": it.better, "fewer": it.worse, "p": p}
        said.append(say(show, f"found_{name}{graded}", **values, **counts))
    lines = "".join(f"<li>{one}</li>" for one in said)
    return f'<ul class="findings">{lines}</ul>' if said else ""
