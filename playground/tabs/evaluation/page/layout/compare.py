"""Models compared on a set: what is measured, how far it is, and the results, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.measuring.tasks import KINDS, languages
from playground.page.parts.buttons import button
from playground.page.parts.places import place
from playground.page.program import Page
from playground.strategies.runs.describe import MOST_REPEATS
from playground.tabs.evaluation.visit.visits import EvaluationVisits
from playground.web.scripts import script_body

FEW = 10
"""Questions at first."""
MODES = ("written", "likelihood")
EXPORTS = ("csv", "jsonl", "markdown", "notebook", "report")


@dataclass(frozen=True, slots=True)
class EvaluationCompareLayout:
    """`fields` are in the order of `CompareFields`; the rest is what changes."""

    fields: list[gr.components.Component]
    file: gr.File
    kind: gr.Dropdown
    told: gr.HTML
    run: gr.Button
    example: gr.Button
    pause: gr.Button
    proceed: gr.Button
    stop: gr.Button
    confirm: gr.Button
    cancel: gr.Button
    progress: gr.HTML
    table: gr.HTML
    scores: gr.Plot
    took: gr.Plot
    items: EvaluationItemsLayout
    exports: dict[str, gr.Button]
    kept: gr.Row
    open_run: gr.Textbox
    """Hidden: the run whose questions are shown; empty while it goes on."""
    going: gr.Textbox
    """Hidden: the run that goes on, or went on last."""

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `CompareScreen`, in its order."""
        buttons = [self.run, self.pause, self.proceed, self.stop, self.confirm, self.cancel]
        return [
            self.progress,
            self.table,
            *buttons,
            self.open_run,
            self.going,
            self.scores,
            self.took,
            *self.items.outputs,
            self.kept,
        ]


@dataclass(frozen=True, slots=True)
class EvaluationItemsLayout:
    """A run's questions, page by page, and one opened."""

    row: gr.Row
    page: gr.Number
    differ: gr.Checkbox
    items: gr.HTML
    item: gr.HTML

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        return [self.row, self.page, self.differ, self.items, self.item]


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
    return EvaluationItemsLayout(row, number, differ, items, item)


def lay_out_compare(page: Page[EvaluationVisits]) -> EvaluationCompareLayout:
    label = page.app.label
    gr.Markdown(label("evaluation.compare_intro"), elem_classes="quiet")
    fields = _lay_out_fields(page)
    with gr.Accordion(label("prompting.own"), open=False, elem_id="compare-own"):
        gr.Markdown(label("evaluation.own_intro"), elem_classes="quiet")
        with gr.Row():
            file = gr.File(
                label=label("prompting.own_file"),
                type="filepath",
                file_types=[".csv", ".tsv", ".jsonl", ".json"],
                height=110,
                elem_id="compare-file",
            )
            kind = gr.Dropdown(
                [(label("evaluation.kind_guess"), ""), *((label(f"prompting.kind_{one}"), one) for one in KINDS)],
                value="",
                label=label("prompting.kind"),
                min_width=180,
                elem_id="compare-kind",
            )
        told = place("compare-told")
    with gr.Row(elem_classes="doing"):
        run = button(label("evaluation.compare"), "compare-run", variant="primary")
        confirm = button(label("prompting.confirm"), "compare-confirm", variant="primary", visible=False)
        cancel = button(label("prompting.cancel"), "compare-cancel", visible=False)
        pause = button(label("prompting.pause"), "compare-pause", visible=False)
        proceed = button(label("prompting.proceed"), "compare-proceed", visible=False)
        stop = button(label("prompting.stop"), "compare-stop", visible=False, stops=True)
        example = button(label("evaluation.compare_example"), "compare-example")
    progress, table = place("compare-progress"), place("compare-table")
    with gr.Row(visible=False, elem_classes="doing", elem_id="compare-kept") as kept:
        exports = {
            kind: button(label(f"evaluation.export_{kind}"), f"compare-{kind}", quiet=True, sign="download")
            for kind in EXPORTS
        }
    scores = gr.Plot(show_label=False, label=label("evaluation.plot_scores"), visible=False, elem_id="compare-scores")
    took = gr.Plot(show_label=False, label=label("evaluation.plot_took"), visible=False, elem_id="compare-took")
    items = lay_out_items(page, "compare")
    return EvaluationCompareLayout(
        fields,
        file,
        kind,
        told,
        run,
        example,
        pause,
        proceed,
        stop,
        confirm,
        cancel,
        progress,
        table,
        scores,
        took,
        items,
        exports,
        kept,
        gr.Textbox("", visible=False, elem_id="compare-open"),
        gr.Textbox("", visible=False, elem_id="compare-going"),
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
            maximum=2**31 - 1,
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
