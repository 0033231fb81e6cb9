"""Every kept run of every tab, and what can be done with the one that is open, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import hidden_text, place
from playground.page.parts.run_exports import EXPORT_SCRIPT
from playground.page.program import Page
from playground.tabs.evaluation.page.layout.compare import EvaluationItemsLayout, lay_out_items
from playground.tabs.evaluation.visit.visits import EvaluationVisits
from playground.web.scripts import script_body


@dataclass(frozen=True, slots=True)
class EvaluationRunsLayout:
    """`listed` is all runs as a table, in which one is opened; `doing` is shown while one is."""

    listed: gr.HTML
    doing: gr.Row
    name: gr.Textbox
    rename: gr.Button
    proceed: gr.Button
    stop: gr.Button
    other: gr.Dropdown
    compare: gr.Button
    delete: gr.Button
    surely: gr.Button
    told: gr.HTML
    drawn: gr.HTML
    items: EvaluationItemsLayout
    opened: gr.Textbox
    """Hidden: the run that is open."""
    compared: gr.Textbox
    """Hidden: the run that it was compared with."""

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of an `EvaluationRunsScreen`, in its order."""
        ours = [self.listed, self.doing, self.name, self.proceed, self.stop, self.other, self.surely]
        return [*ours, self.compare, self.told, self.drawn, self.opened, *self.items.outputs]


def lay_out_runs(page: Page[EvaluationVisits]) -> EvaluationRunsLayout:
    label = page.app.label
    gr.Markdown(label("evaluation.runs_intro"), elem_classes="quiet")
    listed = place("all-runs", script_body("evaluation/pick_run"))
    with gr.Row(visible=False, elem_id="all-runs-doing", elem_classes="doing") as doing:
        proceed = button(label("prompting.finish"), "all-runs-finish", variant="primary", visible=False)
        stop = button(label("prompting.stop"), "all-runs-stop", visible=False, stops=True)
        name = gr.Textbox(
            show_label=False,
            label=label("prompting.run_name"),
            max_lines=1,
            min_width=180,
            container=False,
            elem_id="all-runs-name",
        )
        rename = button(label("prompting.rename"), "all-runs-rename")
        compare = button(label("evaluation.compare_with"), "all-runs-compare")
        other = gr.Dropdown(
            [],
            show_label=False,
            label=label("prompting.run_other"),
            interactive=True,
            min_width=220,
            container=False,
            elem_id="all-runs-other",
        )
        delete = button(label("prompting.delete"), "all-runs-delete")
        surely = button(label("prompting.surely"), "all-runs-surely", visible=False)
    told, drawn = place("all-runs-told", kept=True), place("all-runs-drawn", EXPORT_SCRIPT)
    items = lay_out_items(page, "all-runs")
    opened = hidden_text("all-runs-open")
    compared = hidden_text("all-runs-compared")
    buttons = (rename, proceed, stop, other, compare, delete, surely)
    return EvaluationRunsLayout(listed, doing, name, *buttons, told, drawn, items, opened, compared)
