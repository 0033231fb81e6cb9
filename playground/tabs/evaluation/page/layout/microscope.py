"""The microscope: one candidate against its references, and many answers at once, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.measuring.tasks import languages
from playground.page.parts.buttons import button
from playground.page.parts.held import hold
from playground.page.parts.places import place
from playground.page.program import Page
from playground.tabs.evaluation.visit.visits import EvaluationVisits

MANY = ("labels", "probabilities", "texts", "plain", "likelihoods")
"""What many answers may be, as the metrics call it."""


@dataclass(frozen=True, slots=True)
class EvaluationMicroscopeLayout:
    """`notice` says what there is to see in an example."""

    example: gr.Dropdown
    language: gr.Dropdown
    candidate: gr.Textbox
    references: gr.Textbox
    notice: gr.HTML
    result: gr.HTML
    meaning: gr.HTML
    held: gr.Textbox
    """Hidden: the example that was chosen last."""

    @property
    def fields(self) -> list[gr.components.Component]:
        return [self.candidate, self.references, self.language]


@dataclass(frozen=True, slots=True)
class EvaluationManyLayout:
    """Many answers: what they are, one a line, and what would be right."""

    needs: gr.Radio
    said: gr.Textbox
    right: gr.Textbox
    measure: gr.Button
    example: gr.Button
    result: gr.HTML


def lay_out_microscope(page: Page[EvaluationVisits]) -> EvaluationMicroscopeLayout:
    label = page.app.label
    gr.Markdown(label("evaluation.microscope_intro"), elem_classes="quiet")
    with gr.Row(elem_id="microscope", equal_height=False):
        with gr.Column(scale=2, min_width=280):
            with gr.Row():
                example = gr.Dropdown(
                    [],
                    label=label("evaluation.example"),
                    interactive=True,
                    min_width=180,
                    scale=2,
                    elem_id="microscope-example",
                )
                language = gr.Dropdown(
                    [(page.app.texts.text(one, "page.language"), one) for one in languages()],
                    value=languages()[0],
                    label=label("evaluation.text_language"),
                    min_width=150,
                    scale=1,
                    elem_id="microscope-language",
                )
            candidate = gr.Textbox(
                label=label("evaluation.candidate"),
                info=label("evaluation.candidate_info"),
                lines=2,
                max_lines=8,
                elem_id="microscope-candidate",
            )
            references = gr.Textbox(
                label=label("evaluation.references"),
                info=label("evaluation.references_info"),
                lines=2,
                max_lines=10,
                elem_id="microscope-references",
            )
            notice = place("microscope-notice")
        with gr.Column(scale=3, min_width=280):
            result = place("microscope-result")
            meaning = place("microscope-meaning")
    held = hold("microscope-held", example)
    return EvaluationMicroscopeLayout(example, language, candidate, references, notice, result, meaning, held)


def lay_out_many(page: Page[EvaluationVisits]) -> EvaluationManyLayout:
    label = page.app.label
    gr.Markdown(label("evaluation.many_intro"), elem_classes="quiet")
    needs = gr.Radio(
        [(label(f"evaluation.many_{one}"), one) for one in MANY],
        value=MANY[0],
        label=label("evaluation.many_needs"),
        elem_id="many-needs",
    )
    with gr.Row(equal_height=False):
        said = gr.Textbox(
            label=label("evaluation.many_said"),
            info=label("evaluation.many_said_info"),
            lines=6,
            max_lines=12,
            min_width=260,
            elem_id="many-said",
        )
        right = gr.Textbox(
            label=label("evaluation.many_right"),
            info=label("evaluation.many_right_info"),
            lines=6,
            max_lines=12,
            min_width=260,
            elem_id="many-right",
        )
    with gr.Row(elem_classes="doing"):
        measure = button(label("evaluation.many_measure"), "many-measure", variant="primary")
        example = button(label("evaluation.many_example"), "many-example")
    result = place("many-result", kept=True)
    return EvaluationManyLayout(needs, said, right, measure, example, result)
