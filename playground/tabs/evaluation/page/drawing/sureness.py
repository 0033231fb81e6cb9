"""How sure models were of their options, and how right: numbers and curves."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playground.page.parts.measures import draw_cells, draw_explained, draw_heads, draw_swatch, draw_table
from playground.page.parts.plots import SERIES
from playground.page.parts.render import Renderer
from playground.tabs.evaluation.lab.comparison import ComparedLine
from playground.tabs.evaluation.lab.sureness import Sureness
from playground.tabs.evaluation.page.drawing.curves import Curve, draw_squares
from playground.tabs.evaluation.page.drawing.pieces import say

_COLUMNS = ("ece", "worst", "auc")


def draw_sureness(show: Renderer, lines: Sequence[ComparedLine]) -> str:
    """A row a model, the reliability diagram and the ROC curve; nothing where answers were written."""
    colours = {line.column.key: SERIES[place % len(SERIES)] for place, line in enumerate(lines)}
    known = [(line, line.sure) for line in lines if line.sure is not None]
    if not known:
        return ""
    heads = [say(show, f"{name}_head") for name in _COLUMNS]
    words = " ".join(draw_explained(say(show, f"{name}_head"), say(show, f"{name}_info")) for name in _COLUMNS)
    rows = "".join(
        f'<tr><th scope="row">{draw_swatch(colours[line.column.key])}{html.escape(line.column.label)}</th>'
        f"{draw_cells(heads, _cells(show, sure))}</tr>"
        for line, sure in known
    )
    title = say(show, "sure_title")
    sure_of = [Curve(colour=colours[one.column.key], points=it.calibration.curve, dots=True) for one, it in known]
    told = [Curve(colour=colours[one.column.key], points=it.roc.curve) for one, it in known if it.roc]
    return (
        f'<h4 class="part">{title}</h4><p class="words-used">{words}</p>'
        f"{draw_table(title, draw_heads([say(show, 'model_head'), *heads]), rows, 'results runs fitting')}"
        f"{draw_squares(show, {'reliability': sure_of, 'roc': told})}"
    )


def _cells(show: Renderer, it: Sureness) -> tuple[str, ...]:
    counted = html.escape(show.text("prompting.of_n", n=it.answers))
    return (
        f'<span class="share">{show.number(it.error, ".2f")}</span> <small>{counted}</small>',
        show.number(it.calibration.parts.get("worst", 0.0), ".2f"),
        "–" if it.auc is None else show.number(it.auc, ".2f"),
    )
