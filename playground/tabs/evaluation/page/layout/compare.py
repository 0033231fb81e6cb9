"""Models compared on a set: what is measured, how far it is, and the results, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.measuring.tasks import languages
from playground.page.parts.measuring import MeasureButtons, lay_out_measure_buttons
from playground.page.parts.own_questions import OwnQuestionsLayout, lay_out_own_questions
from playground.page.parts.places import hidden_text, place
from playground.page.parts.run_exports import EXPORT_SCRIPT
from playground.page.parts.setup_line import lay_out_setup
from playground.page.parts.task_sets import LARGEST_SEED, MODES
from playground.page.program import Page
from playground.strategies.runs.describe import MOST_REPEATS
from playground.tabs.evaluation.visit.visits import EvaluationVisits
from playground.web.scripts import script_body

FEW = 10
"""Questions at first."""


@dataclass(frozen=True, slots=True)
class EvaluationCompareLayout:
    """`setup` holds the `fields`, which are in the order of `CompareFields`; the rest is what changes."""

    setup: gr.Accordion
    fields: list[gr.components.Component]
    upload: OwnQuestionsLayout
    buttons: MeasureButtons
    progress: gr.HTML
    table: gr.HTML
    scores: gr.Plot
    took: gr.Plot
    items: EvaluationItemsLayout
    open_run: gr.Textbox
    """Hidden: the run whose questions are shown; empty while it goes on."""

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of an `EvaluationCompareScreen`, in its order."""
        shown = [self.setup, self.open_run, self.scores, self.took, *self.items.outputs]
        return [self.progress, self.table, *self.buttons.outputs, *shown]


@dataclass(frozen=True, slots=True)
class EvaluationItemsLayout:
    """A run's questions, page by page, and one opened."""

    row: gr.Row
    page: gr.Number
    differ: gr.Checkbox
    items: gr.HTML
    item: gr.HTML
    picked: gr.Textbox
    """Hidden: the run and the question that is opened, as `hold_values` writes them."""

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        return [self.row, self.page, self.differ, self.items, self.item]

    @property
    def shown_inputs(self) -> list[gr.components.Component]:
        """What `show_items_again` takes."""
        return [self.page, self.differ, self.picked]


def lay_out_items(page: Page[EvaluationVisits], name: str) -> EvaluationItemsLayout:
    """`name` begins the ids."""
    label = page.app.label
    with gr.Row(visible=False, elem_id=f"{name}-paging", elem_classes="doing") as row:
        number = gr.Number(
            1, precision=0, minimum=1, label=label("evaluation.items_page"), min_width=120, elem_id=f"{name}-page"
        )
        differ = gr.Checkbox(label=label("prompting.differ"), min_width=200, elem_id=f"{name}-differ")
    with gr.Row(elem_classes="stepping"):
        with gr.Column(scale=2, min_width=280):
            items = place(f"{name}-items", script_body("prompting/pick_item"))
        with gr.Column(scale=3, min_width=280):
            item = place(f"{name}-item", script_body("keep_open"))
    picked = hidden_text(f"{name}-picked")
    return EvaluationItemsLayout(row, number, differ, items, item, picked)


def lay_out_compare(page: Page[EvaluationVisits]) -> EvaluationCompareLayout:
    label = page.app.label
    gr.Markdown(label("evaluation.compare_intro"), elem_classes="quiet")
    with lay_out_setup(label, "compare-setup") as setup:
        fields = _lay_out_fields(page)
        upload = lay_out_own_questions(page.app, "compare")
    buttons = lay_out_measure_buttons(page.app, "compare", "evaluation.compare", "evaluation.compare_example")
    progress, table = place("compare-progress"), place("compare-table", EXPORT_SCRIPT)
    scores = gr.Plot(show_label=False, label=label("evaluation.plot_scores"), visible=False, elem_id="compare-scores")
    took = gr.Plot(show_label=False, label=label("evaluation.plot_took"), visible=False, elem_id="compare-took")
    return EvaluationCompareLayout(
        setup=setup,
        fields=fields,
        upload=upload,
        buttons=buttons,
        progress=progress,
        table=table,
        scores=scores,
        took=took,
        items=lay_out_items(page, "compare"),
        open_run=hidden_text("compare-open"),
    )


def _lay_out_fields(page: Page[EvaluationVisits]) -> list[gr.components.Component]:
    label = page.app.label
    with gr.Row(elem_id="compare-plan"):
        tasks = gr.Dropdown(
            [], label=label("prompting.tasks"), min_width=200, interactive=True, elem_id="compare-tasks"
        )
        language = gr.Dropdown(
            [(page.app.texts.text(one, "page.language"), one) for one in languages()],
            value=languages()[0],
            label=label("prompting.language"),
            min_width=150,
            elem_id="compare-language",
        )
        count = gr.Number(
            FEW, precision=0, minimum=1, label=label("prompting.count"), min_width=110, elem_id="compare-count"
        )
        repeats = gr.Slider(
            1, MOST_REPEATS, value=1, step=1, label=label("prompting.repeats"), min_width=160, elem_id="compare-repeats"
        )
        seed = gr.Number(
            0,
            precision=0,
            minimum=0,
            maximum=LARGEST_SEED,
            label=label("prompting.seed"),
            min_width=110,
            elem_id="compare-seed",
        )
        mode = gr.Dropdown(
            [(label(f"prompting.measure_{one}"), one) for one in MODES],
            value=MODES[0],
            label=label("prompting.measure"),
            min_width=180,
            elem_id="compare-mode",
        )
        metric = gr.Dropdown(
            [(label("evaluation.metric_usual"), "")],
            value="",
            label=label("evaluation.metric"),
            min_width=160,
            interactive=True,
            elem_id="compare-metric",
        )
    return [tasks, language, count, repeats, seed, mode, metric]
