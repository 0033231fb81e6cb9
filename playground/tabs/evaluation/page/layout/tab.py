"""The Evaluation tab's components, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.program import Page
from playground.tabs.evaluation.page.layout.compare import EvaluationCompareLayout, lay_out_compare
from playground.tabs.evaluation.page.layout.judge import EvaluationJudgeLayout, lay_out_judge
from playground.tabs.evaluation.page.layout.microscope import (
    EvaluationManyLayout,
    EvaluationMicroscopeLayout,
    lay_out_many,
    lay_out_microscope,
)
from playground.tabs.evaluation.page.layout.runs import EvaluationRunsLayout, lay_out_runs
from playground.tabs.evaluation.visit.visits import EvaluationVisits


@dataclass(frozen=True, slots=True)
class EvaluationLayout:
    """The tab's components."""

    modes: gr.Tabs
    microscope_tab: gr.Tab
    microscope: EvaluationMicroscopeLayout
    many: EvaluationManyLayout
    compare_tab: gr.Tab
    compare: EvaluationCompareLayout
    judge_tab: gr.Tab
    judge: EvaluationJudgeLayout
    runs_tab: gr.Tab
    runs: EvaluationRunsLayout
    file: gr.JSON


def lay_out_evaluation(page: Page[EvaluationVisits]) -> EvaluationLayout:
    label = page.app.label
    gr.Markdown(label("evaluation.intro"), elem_classes="intro")
    with gr.Tabs(elem_id="evaluation-modes", overflow_behavior="wrap") as modes:
        with gr.Tab(label("evaluation.mode_compare"), id="compare") as compare_tab:
            compare = lay_out_compare(page)
        with gr.Tab(label("evaluation.mode_microscope"), id="microscope") as microscope_tab:
            microscope = lay_out_microscope(page)
            with gr.Accordion(label("evaluation.many"), open=False, elem_id="many"):
                many = lay_out_many(page)
        with gr.Tab(label("evaluation.mode_judge"), id="judge") as judge_tab:
            judge = lay_out_judge(page)
        with gr.Tab(label("evaluation.mode_runs"), id="runs") as runs_tab:
            runs = lay_out_runs(page)
    return EvaluationLayout(
        modes=modes,
        microscope_tab=microscope_tab,
        microscope=microscope,
        many=many,
        compare_tab=compare_tab,
        compare=compare,
        judge_tab=judge_tab,
        judge=judge,
        runs_tab=runs_tab,
        runs=runs,
        file=gr.JSON(visible=False),
    )
