"""A set: what is measured, how far it is, and the results, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.measuring import MeasureButtons, lay_out_measure_buttons
from playground.page.parts.own_questions import OwnQuestionsLayout, lay_out_own_questions
from playground.page.parts.places import hidden_text, place
from playground.page.parts.setup_line import lay_out_setup
from playground.page.parts.task_sets import LARGEST_SEED, MODES
from playground.page.program import Page
from playground.strategies.runs.describe import MOST_REPEATS
from playground.tabs.prompting.page.fields import NORMALISE
from playground.tabs.prompting.visit.visits import PromptingVisits
from playground.web.scripts import script_body

FEW = 10
"""Questions at first: enough to see it work, too few to prove anything."""
LONGEST = 44
"""Questions of each of our sets; a visitor's own may have others."""


@dataclass(frozen=True, slots=True)
class PromptingMeasureLayout:
    """`fields` are in the order of `TaskSetFields`; the rest is what changes."""

    fields: list[gr.components.Component]
    normalise: gr.Radio
    buttons: MeasureButtons
    progress: gr.HTML
    table: gr.HTML
    results: PromptingResultsLayout
    upload: OwnQuestionsLayout
    open_run: gr.Textbox
    """Hidden: the run whose questions are shown; empty while it goes on."""
    ways: gr.Accordion
    setup: gr.Accordion
    """Both fold into a line when a run begins: the strategies, and what they are measured on."""

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `PromptingMeasureScreen`, in its order."""
        return [
            *(self.progress, self.table, *self.buttons.outputs, self.open_run),
            *(*self.results.outputs, self.ways, self.setup),
        ]


@dataclass(frozen=True, slots=True)
class PromptingResultsLayout:
    """What is drawn when a run has ended, or is opened again."""

    accuracy: gr.Plot
    costs: gr.Plot
    differ: gr.Checkbox
    items: gr.HTML
    item: gr.HTML
    picked: gr.Textbox
    """Hidden: the run and the question that is opened, as `hold_values` writes them."""

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        return [self.accuracy, self.costs, self.differ, self.items, self.item]


def lay_out_measure(page: Page[PromptingVisits], ways: gr.Accordion) -> PromptingMeasureLayout:
    label = page.app.label
    with lay_out_setup(label, "measure-setup") as setup:
        gr.Markdown(label("prompting.set_intro"), elem_classes="quiet")
        fields, normalise = _lay_out_fields(page)
        upload = lay_out_own_questions(page.app, "measure")
    buttons = lay_out_measure_buttons(page.app, "measure", "prompting.run", "prompting.set_example")
    progress = place("measure-progress")
    table = place("measure-table")
    return PromptingMeasureLayout(
        fields,
        normalise,
        buttons,
        progress,
        table,
        _lay_out_results(page),
        upload,
        hidden_text("measure-open"),
        ways,
        setup,
    )


def _lay_out_fields(page: Page[PromptingVisits]) -> tuple[list[gr.components.Component], gr.Radio]:
    """What is measured: set, count, repeats, seed, mode and normalisation; and this one, which likelihoods need."""
    label = page.app.label
    with gr.Row(elem_id="measure-plan"):
        tasks = gr.Dropdown(
            [],
            label=label("prompting.tasks"),
            info=label("prompting.tasks_info"),
            min_width=220,
            interactive=True,
            elem_id="measure-tasks",
        )
        count = gr.Slider(
            1,
            LONGEST,
            value=FEW,
            step=1,
            label=label("prompting.count"),
            info=label("prompting.count_info"),
            min_width=200,
            elem_id="measure-count",
        )
        repeats = gr.Slider(
            1,
            MOST_REPEATS,
            value=1,
            step=1,
            label=label("prompting.repeats"),
            info=label("prompting.repeats_info"),
            min_width=200,
            elem_id="measure-repeats",
        )
        seed = gr.Number(
            0,
            precision=0,
            minimum=0,
            maximum=LARGEST_SEED,
            label=label("prompting.seed"),
            info=label("prompting.seed_info"),
            min_width=140,
            elem_id="measure-seed",
        )
    mode, normalise = _lay_out_mode(label)
    return [tasks, count, repeats, seed, mode, normalise], normalise


def _lay_out_mode(label: gr.I18n) -> tuple[gr.Radio, gr.Radio]:
    """Whether answers are written or foreseen, and how likelihoods are normalised."""
    with gr.Row(elem_classes="measure-mode"):
        mode = gr.Radio(
            [(label(f"prompting.measure_{one}"), one) for one in MODES],
            value=MODES[0],
            label=label("prompting.measure"),
            info=label("prompting.measure_info"),
            min_width=280,
            elem_id="measure-mode",
        )
        normalise = gr.Radio(
            [(label(f"prompting.normalise_{one}"), one) for one in NORMALISE],
            value="characters",
            label=label("prompting.normalise"),
            info=label("prompting.normalise_info"),
            min_width=280,
            visible=False,
            elem_id="measure-normalise",
        )
    return mode, normalise


def _lay_out_results(page: Page[PromptingVisits]) -> PromptingResultsLayout:
    label = page.app.label
    accuracy = gr.Plot(
        show_label=False, label=label("prompting.plot_accuracy"), visible=False, elem_id="measure-accuracy"
    )
    costs = gr.Plot(show_label=False, label=label("prompting.plot_costs"), visible=False, elem_id="measure-costs")
    differ = gr.Checkbox(label=label("prompting.differ"), visible=False, elem_id="measure-differ")
    with gr.Row(elem_classes="stepping"):
        with gr.Column(scale=2, min_width=280):
            items = place("measure-items", script_body("prompting/pick_item"))
        with gr.Column(scale=3, min_width=280):
            item = place("measure-item", script_body("keep_open", "prompting/judge_item"))
    picked = hidden_text("measure-picked")
    return PromptingResultsLayout(accuracy, costs, differ, items, item, picked)
