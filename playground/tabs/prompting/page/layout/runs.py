"""Kept runs: the list, and what can be done with one, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import place
from playground.page.parts.run_exports import EXPORT_SCRIPT
from playground.page.program import Page
from playground.tabs.prompting.visit.visits import PromptingVisits


@dataclass(frozen=True, slots=True)
class PromptingRunsLayout:
    """`run` and `other` are lists of the runs; `listed` is all of them as a table, `named` the run whose name was put
    into `name`."""

    listed: gr.HTML
    run: gr.Dropdown
    other: gr.Dropdown
    name: gr.Textbox
    rename: gr.Button
    reopen: gr.Button
    proceed: gr.Button
    compare: gr.Button
    delete: gr.Button
    surely: gr.Button
    exports: gr.HTML
    told: gr.HTML
    named: gr.State

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """What changes whenever the runs do."""
        doing = [self.name, self.surely, self.told, self.exports, self.proceed, self.named]
        return [self.listed, self.run, self.other, *doing]


def lay_out_runs(page: Page[PromptingVisits]) -> PromptingRunsLayout:
    label = page.app.label
    listed = place("runs-list")
    with gr.Row(elem_id="runs-choose"):
        run = gr.Dropdown(
            [], label=label("prompting.run_chosen"), interactive=True, min_width=260, elem_id="runs-chosen"
        )
        name = gr.Textbox(label=label("prompting.run_name"), max_lines=1, min_width=200, elem_id="runs-name")
    with gr.Row(elem_classes="doing"):
        reopen = button(label("prompting.reopen"), "runs-reopen", variant="primary")
        proceed = button(label("prompting.finish"), "runs-finish", visible=False)
        rename = button(label("prompting.rename"), "runs-rename")
        delete = button(label("prompting.delete"), "runs-delete")
        surely = button(label("prompting.surely"), "runs-surely", visible=False)
    exports = place("runs-exports", EXPORT_SCRIPT)
    with gr.Row(elem_id="runs-compare", equal_height=False):
        other = gr.Dropdown(
            [], label=label("prompting.run_other"), interactive=True, min_width=260, elem_id="runs-other"
        )
    with gr.Row(elem_classes="doing"):
        compare = button(label("prompting.compare"), "runs-compare-button")
    told = place("runs-told", kept=True)
    return PromptingRunsLayout(
        listed, run, other, name, rename, reopen, proceed, compare, delete, surely, exports, told, gr.State("")
    )
