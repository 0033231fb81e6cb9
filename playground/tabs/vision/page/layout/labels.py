"""Labels: a picture, the words for it, and the models that compare them, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import place
from playground.page.program import Page
from playground.tabs.vision.visit.visits import VisionVisits


@dataclass(frozen=True, slots=True)
class VisionLabelsLayout:
    """A picture, labels, and the models that compare them."""

    picture: gr.Dropdown
    labels: gr.Textbox
    template: gr.Textbox
    models: gr.CheckboxGroup
    run: gr.Button
    stop: gr.Button
    example: gr.Button
    bars: gr.HTML

    @property
    def fields(self) -> list[gr.components.Component]:
        return [self.picture, self.labels, self.template, self.models]

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `VisionLabelsScreen`, in its order."""
        return [self.bars, self.run, self.stop]


def lay_out_labels(page: Page[VisionVisits]) -> VisionLabelsLayout:
    label = page.app.label
    gr.Markdown(label("vision.labels_intro"), elem_classes="quiet")
    with gr.Row(elem_id="vision-label-plan"):
        with gr.Column(min_width=240, scale=3):
            labels = gr.Textbox(
                label=label("vision.labels"),
                info=label("vision.labels_info"),
                lines=5,
                max_lines=12,
                elem_id="vision-labels",
            )
        with gr.Column(min_width=240, scale=2):
            picture = gr.Dropdown([], label=label("vision.picture"), interactive=True, elem_id="vision-label-picture")
            template = gr.Textbox(
                label=label("vision.template"),
                info=label("vision.template_info"),
                placeholder=label("vision.template_hint"),
                max_lines=1,
                elem_id="vision-template",
            )
    models = gr.CheckboxGroup(
        [],
        label=label("vision.label_models"),
        info=label("vision.label_models_info"),
        interactive=True,
        elem_id="vision-label-models",
    )
    with gr.Row(elem_classes="doing"):
        run = button(label("vision.label_run"), "vision-label-run", variant="primary")
        stop = button(label("vision.stop"), "vision-label-stop", visible=False, stops=True)
        example = button(label("vision.label_example"), "vision-label-example")
    bars = place("vision-bars", kept=True)
    gr.Markdown(label("vision.label_how"), elem_classes="quiet")
    return VisionLabelsLayout(picture, labels, template, models, run, stop, example, bars)
