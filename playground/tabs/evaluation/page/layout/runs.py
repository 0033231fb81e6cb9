"""Every kept run of every tab, and what can be done with one, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import place
from playground.page.program import Page
from playground.tabs.evaluation.page.layout.compare import EvaluationItemsLayout, lay_out_items
from playground.tabs.evaluation.visit.visits import EvaluationVisits

FILES = ("csv", "json", "jsonl", "markdown", "notebook", "report")
"""Kinds of files that any kind of measurement makes; a run shows those of its own."""


@dataclass(frozen=True, slots=True)
class EvaluationRunsLayout:
    """`run` and `other` are lists of the runs; `listed` is all of them as a table."""

    listed: gr.HTML
    run: gr.Dropdown
    name: gr.Textbox
    rename: gr.Button
    reopen: gr.Button
    proceed: gr.Button
    stop: gr.Button
    delete: gr.Button
    surely: gr.Button
    other: gr.Dropdown
    compare: gr.Button
    exports: dict[str, gr.Button]
    told: gr.HTML
    drawn: gr.HTML
    opened: gr.Textbox
    """Hidden: the run whose result is drawn."""
    items: EvaluationItemsLayout

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """What changes whenever the runs do."""
        return [self.listed, self.run, self.other, self.name, self.surely, *self.exports.values(), self.told]


def lay_out_runs(page: Page[EvaluationVisits]) -> EvaluationRunsLayout:
    label = page.app.label
    gr.Markdown(label("evaluation.runs_intro"), elem_classes="quiet")
    listed = place("all-runs")
    with gr.Row(elem_id="all-runs-choose"):
        run = gr.Dropdown(
            [], label=label("prompting.run_chosen"), interactive=True, min_width=260, elem_id="all-runs-chosen"
        )
        name = gr.Textbox(label=label("prompting.run_name"), max_lines=1, min_width=200, elem_id="all-runs-name")
        other = gr.Dropdown(
            [], label=label("prompting.run_other"), interactive=True, min_width=260, elem_id="all-runs-other"
        )
    with gr.Row(elem_classes="doing"):
        reopen = button(label("prompting.reopen"), "all-runs-reopen", variant="primary")
        proceed = button(label("prompting.finish"), "all-runs-finish")
        stop = button(label("prompting.stop"), "all-runs-stop", visible=False, stops=True)
        rename = button(label("prompting.rename"), "all-runs-rename")
        compare = button(label("prompting.compare"), "all-runs-compare")
        delete = button(label("prompting.delete"), "all-runs-delete")
        surely = button(label("prompting.surely"), "all-runs-surely", visible=False)
        exports = {
            kind: button(
                label(f"evaluation.export_{kind}"), f"all-runs-{kind}", visible=False, quiet=True, sign="download"
            )
            for kind in FILES
        }
    told, drawn = place("all-runs-told"), place("all-runs-drawn")
    opened = gr.Textbox("", visible=False, elem_id="all-runs-open")
    items = lay_out_items(page, "all-runs")
    buttons = (rename, reopen, proceed, stop, delete, surely)
    return EvaluationRunsLayout(listed, run, name, *buttons, other, compare, exports, told, drawn, opened, items)
