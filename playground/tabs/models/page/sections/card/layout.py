"""The components of the section Card."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import place
from playground.page.program import Page
from playground.tabs.models.visit.visits import ModelsVisits
from playground.web.scripts import script_body


@dataclass(frozen=True, slots=True)
class ModelsCardLayout:
    """The section's components."""

    table: gr.HTML
    measure: gr.Button
    stop: gr.Button
    diagrams: gr.HTML
    standing: gr.Accordion
    sizes: gr.Plot
    years: gr.Plot
    unknown: gr.HTML

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `ModelsCardScreen`, in its order."""
        return [self.table, self.diagrams, self.measure, self.stop]


def lay_out_card(page: Page[ModelsVisits]) -> ModelsCardLayout:
    label = page.app.label
    table = place("card-table")
    with gr.Row(elem_classes="doing"):
        measure = button(label("models.measure"), "card-measure")
        stop = button(label("models.stop"), "card-stop", visible=False, stops=True)
    diagrams = place("card-diagrams", script_body("models/pick_block"))
    with gr.Accordion(label("models.standing"), open=False, elem_id="card-standing") as standing:
        gr.Markdown(label("models.standing_intro"), elem_classes="quiet")
        sizes = gr.Plot(show_label=False, label=label("models.plot_sizes"), elem_id="card-sizes")
        years = gr.Plot(show_label=False, label=label("models.plot_years"), elem_id="card-years")
        unknown = place("card-unknown")
    return ModelsCardLayout(table, measure, stop, diagrams, standing, sizes, years, unknown)
