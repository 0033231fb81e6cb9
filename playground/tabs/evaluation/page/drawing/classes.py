"""Labels class by class: what each model takes for what, unfolded under a comparison on a set of labels."""

from __future__ import annotations

import html

from playground.measuring.metrics import apply_metric
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import RunDescription
from playground.page.parts.render import Renderer
from playground.tabs.evaluation.lab.comparison import labels_of
from playground.tabs.evaluation.page.drawing.microscope import draw_measured, draw_metric_table
from playground.tabs.evaluation.page.drawing.pieces import say

_METRICS = ("f1", "precision", "recall", "specificity")


def draw_classes(show: Renderer, description: RunDescription, outcomes: Outcomes) -> str:
    """Of every model F1, precision, recall, specificity and confusion matrix; nothing where answers are no labels."""
    drawn = []
    for column in description.columns:
        given = labels_of(description, outcomes, column.key)
        if given is None:
            continue
        found = {name: apply_metric(name, given) for name in _METRICS}
        matrix = apply_metric("confusion", given)
        drawn.append(
            f"<h5>{html.escape(column.label)}</h5>{draw_measured(show, found)}"
            f"{draw_metric_table(show, 'confusion', matrix.table)}"
        )
    if not drawn:
        return ""
    return f"<details><summary>{say(show, 'classes_title')}</summary>{''.join(drawn)}</details>"
