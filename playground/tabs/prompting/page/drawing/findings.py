"""What a run's table says in words: what always the same answer would reach, who gives it, and what is shown or not."""

from __future__ import annotations

from collections.abc import Sequence

from playground.measuring.outcomes import Outcomes
from playground.measuring.store import RunDescription
from playground.page.parts.render import Renderer
from playground.page.parts.run_floors import always_same
from playground.tabs.prompting.page.drawing.lines import ResultLine
from playground.tabs.prompting.page.drawing.pieces import say
from playground.tabs.prompting.page.drawing.title import is_graded


def draw_findings(show: Renderer, description: RunDescription, found: Sequence[ResultLine], outcomes: Outcomes) -> str:
    """A sentence a comparison, true of these very numbers, and one a column that hardly ever changes its answer."""
    labels = {column.key: column.label for column in description.columns}
    monotonous = always_same(show, description, outcomes)
    said = []
    for line in found:
        said += [monotonous[line.column.key]] if line.column.key in monotonous else []
        if (it := line.found.comparison) is None:
            continue
        graded = "_graded" if is_graded(description) else ""
        values = {"label": line.column.label, "other": labels.get(it.baseline, it.baseline), "count": it.items}
        p = show.p_compared(it.p)
        counts = {"more": it.better, "fewer": it.worse, "p": p}
        said.append(say(show, f"found_{it.finding()}{graded}", **values, **counts))
    lines = "".join(f"<li>{one}</li>" for one in said)
    return f'<ul class="findings">{lines}</ul>' if said else ""
