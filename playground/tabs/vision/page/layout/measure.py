"""Measure: how many questions, ways to answer them, and what came of it, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.measuring.tasks import languages
from playground.page.parts.buttons import button
from playground.page.parts.places import place
from playground.page.parts.setup_line import lay_out_setup
from playground.page.program import Page
from playground.tabs.vision.lab.measure import WAYS
from playground.tabs.vision.visit.measure import MOST_QUESTIONS
from playground.tabs.vision.visit.visits import VisionVisits

FEW = 12
"""Questions at first."""


@dataclass(frozen=True, slots=True)
class VisionMeasureLayout:
    """Questions, ways to answer them, and what came of it."""

    count: gr.Slider
    ways: gr.CheckboxGroup
    language: gr.Radio
    run: gr.Button
    confirm: gr.Button
    cancel: gr.Button
    stop: gr.Button
    csv: gr.Button
    progress: gr.HTML
    table: gr.HTML
    plot: gr.Plot
    setup: gr.Accordion

    @property
    def fields(self) -> list[gr.components.Component]:
        return [self.count, self.ways, self.language]

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `VisionMeasureScreen`, in its order."""
        buttons = [self.run, self.confirm, self.cancel, self.stop, self.csv]
        return [self.progress, self.table, self.plot, *buttons, self.setup]


def lay_out_measure(page: Page[VisionVisits]) -> VisionMeasureLayout:
    label, texts = page.app.label, page.app.texts
    with lay_out_setup(label, "vision-measure-setup") as setup:
        gr.Markdown(label("vision.measure_intro"), elem_classes="quiet")
        with gr.Row(elem_id="vision-measure-plan"):
            count = gr.Slider(
                1,
                MOST_QUESTIONS,
                value=FEW,
                step=1,
                label=label("vision.count"),
                info=label("vision.count_info"),
                min_width=220,
                elem_id="vision-count",
            )
            language = gr.Radio(
                [(texts.text(one, "page.language"), one) for one in languages()],
                value=languages()[0],
                label=label("vision.language"),
                min_width=180,
                elem_id="vision-language",
            )
        ways = gr.CheckboxGroup(
            [(label(f"vision.way_{way}"), way) for way in WAYS],
            value=list(WAYS),
            label=label("vision.ways"),
            info=label("vision.ways_info"),
            elem_id="vision-ways",
        )
    with gr.Row(elem_classes="doing"):
        run = button(label("vision.measure_run"), "vision-measure-run", variant="primary")
        confirm = button(label("vision.confirm"), "vision-measure-confirm", variant="primary", visible=False)
        cancel = button(label("vision.cancel"), "vision-measure-cancel", visible=False)
        stop = button(label("vision.stop"), "vision-measure-stop", visible=False, stops=True)
        csv = button(label("vision.csv"), "vision-csv", quiet=True, visible=False, sign="download")
    progress = place("vision-measure-progress")
    table = place("vision-table", kept=True)
    plot = gr.Plot(show_label=False, label=label("vision.plot"), visible=False, elem_id="vision-plot")
    return VisionMeasureLayout(count, ways, language, run, confirm, cancel, stop, csv, progress, table, plot, setup)
