"""A model as judge, and one's own votes beside it, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.held import hold
from playground.page.parts.places import place
from playground.page.program import Page
from playground.tabs.evaluation.lab.judging import MOST
from playground.tabs.evaluation.visit.visits import EvaluationVisits
from playground.web.scripts import script_body

FEW = 5
"""Pairs at first."""


@dataclass(frozen=True, slots=True)
class EvaluationJudgeLayout:
    """`run` is a list of the runs whose answers can be judged; `pairs` are drawn with their votes."""

    run: gr.Dropdown
    rubric: gr.Textbox
    count: gr.Slider
    judge: gr.Button
    confirm: gr.Button
    cancel: gr.Button
    stop: gr.Button
    result: gr.HTML
    pairs: gr.HTML
    held: gr.Textbox
    """Hidden: what is chosen in `run`."""

    @property
    def fields(self) -> list[gr.components.Component]:
        return [self.run, self.rubric, self.count]

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of an `EvaluationJudgeScreen`, in its order."""
        return [self.result, self.pairs, self.judge, self.confirm, self.cancel, self.stop]


def lay_out_judge(page: Page[EvaluationVisits]) -> EvaluationJudgeLayout:
    label = page.app.label
    gr.Markdown(label("evaluation.judge_intro"), elem_classes="quiet")
    with gr.Row():
        run = gr.Dropdown([], label=label("evaluation.judge_run"), interactive=True, min_width=240, elem_id="judge-run")
        count = gr.Slider(
            1, MOST, value=FEW, step=1, label=label("evaluation.judge_count"), min_width=160, elem_id="judge-count"
        )
    rubric = gr.Textbox(
        label=label("evaluation.rubric"), info=label("evaluation.rubric_info"), lines=2, elem_id="judge-rubric"
    )
    with gr.Row(elem_classes="doing"):
        judge = button(label("evaluation.judge"), "judge-start", variant="primary")
        confirm = button(label("prompting.confirm"), "judge-confirm", variant="primary", visible=False)
        cancel = button(label("prompting.cancel"), "judge-cancel", visible=False)
        stop = button(label("prompting.stop"), "judge-stop", visible=False, stops=True)
    result = place("judge-result")
    pairs = place("judge-pairs", script_body("evaluation/vote"))
    held = hold("judge-held", run)
    return EvaluationJudgeLayout(run, rubric, count, judge, confirm, cancel, stop, result, pairs, held)
