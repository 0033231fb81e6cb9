"""What a measurement is made with: fields that fold into one line when something runs, and open again by a click.

Results are what one looks for then: they begin where the fields were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import gradio as gr

from playground.measuring.store import RunDescription
from playground.page.parts.model_labels import model_id
from playground.page.parts.render import Renderer
from playground.page.parts.run_titles import task_set_title

KEY = "page.setup"
"""The text that stands over the fields before anything has run."""
_CLASS, _RAN = "setup-line", "ran"
"""Of the panel, and of one whose line tells what ran: `setup_changed.js` adds that fields were changed since then."""


def lay_out_setup(label: gr.I18n, name: str, *, title: str = KEY) -> gr.Accordion:
    """The panel, open: lay the fields out within it. `name` is its id, `title` the key of its text."""
    return gr.Accordion(label(title), open=True, elem_id=name, elem_classes=_CLASS)


def fold_into_line(parts: Iterable[str]) -> object:
    """The update that folds it into a line of these parts, those that are empty left out."""
    return gr.update(open=False, label=" · ".join(part for part in parts if part), elem_classes=[_CLASS, _RAN])


def setup_of(show: Renderer, it: RunDescription, strategies: Sequence[str] = ()) -> tuple[str, ...]:
    """The parts for a run of a set: set, n, repeats, language, strategies, models and seed."""
    return (
        task_set_title(show, it.tasks),
        show.text("page.setup_count", count=len(it.items)),
        show.text("prompting.title_repeats", count=it.repeats) if it.repeats > 1 else "",
        show.in_language(it.language),
        ", ".join(strategies),
        ", ".join(dict.fromkeys(model_id(column.model) for column in it.columns)),
        show.text("page.setup_seed", seed=it.seed),
    )
