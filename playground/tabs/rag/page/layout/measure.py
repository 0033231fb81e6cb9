"""Measure: a question set, ways to search and lengths of chunks, and what came of them, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import place
from playground.page.parts.setup_line import lay_out_setup
from playground.page.program import Page
from playground.tabs.rag.visit.visits import RagVisits

SETS = ("samples", "own", "proposed")
WAYS = ("dense", "lexical", "hybrid", "reranked")
EXPORTS = ("csv", "json")


@dataclass(frozen=True, slots=True)
class RagMeasureLayout:
    """`fields` are those of `RagMeasureFields`, in its order; the rest is what changes."""

    fields: list[gr.components.Component]
    own: gr.Column
    file: gr.File
    told: gr.HTML
    proposing: RagProposeLayout
    run: gr.Button
    stop: gr.Button
    example: gr.Button
    progress: gr.HTML
    table: gr.HTML
    plot: gr.Plot
    exports: dict[str, gr.Button]
    kept: gr.Row
    confirm: gr.Button
    cancel: gr.Button
    setup: gr.Accordion

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `RagMeasureScreen`, in its order."""
        buttons = [self.run, self.stop, self.kept, self.confirm, self.cancel]
        return [self.progress, self.table, self.plot, *buttons, self.setup]


@dataclass(frozen=True, slots=True)
class RagProposeLayout:
    """`approved` are the proposed questions whose tick was left."""

    panel: gr.Column
    count: gr.Slider
    propose: gr.Button
    stop: gr.Button
    progress: gr.HTML
    approved: gr.CheckboxGroup

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `RagProposeScreen`, in its order."""
        return [self.progress, self.approved, self.propose, self.stop]


def lay_out_measure(page: Page[RagVisits]) -> RagMeasureLayout:
    label = page.app.label
    with lay_out_setup(label, "rag-measure-setup") as setup:
        gr.Markdown(label("rag.measure_intro"), elem_classes="quiet")
        questions = gr.Radio(
            [(label(f"rag.set_{name}"), name) for name in SETS],
            value=SETS[0],
            label=label("rag.set"),
            info=label("rag.set_info"),
            elem_id="rag-set",
        )
        with gr.Column(visible=False) as own:
            gr.Markdown(label("rag.own_info"), elem_classes="quiet")
            file = gr.File(
                label=label("rag.own_file"),
                type="filepath",
                file_types=[".csv", ".jsonl", ".json"],
                height=110,
                elem_id="rag-own-file",
            )
        told = place("rag-own-told", kept=True)
        proposing = _lay_out_propose(page)
        plan = _lay_out_plan(label)
    with gr.Row(elem_classes="doing"):
        run = button(label("rag.measure"), "rag-measure", variant="primary")
        stop = button(label("rag.stop"), "rag-measure-stop", visible=False, stops=True)
        example = button(label("rag.measure_example"), "rag-measure-example")
        confirm = button(label("rag.measure_confirm"), "rag-measure-confirm", variant="primary", visible=False)
        cancel = button(label("rag.measure_cancel"), "rag-measure-cancel", visible=False)
    progress = place("rag-measure-progress")
    table = place("rag-measure-table", kept=True)
    plot = gr.Plot(show_label=False, label=label("rag.measure_plot"), visible=False, elem_id="rag-measure-plot")
    with gr.Row(elem_classes="doing", visible=False) as kept:
        exports = {
            kind: button(label(f"rag.export_{kind}"), f"rag-export-{kind}", quiet=True, sign="download")
            for kind in EXPORTS
        }
    fields: list[gr.components.Component] = [questions, proposing.approved, *plan]
    return RagMeasureLayout(
        fields,
        own,
        file,
        told,
        proposing,
        run,
        stop,
        example,
        progress,
        table,
        plot,
        exports,
        kept,
        confirm,
        cancel,
        setup,
    )


def _lay_out_plan(label: gr.I18n) -> list[gr.components.Component]:
    """Ways to search, lengths of chunks, and how many passages count."""
    with gr.Row(elem_id="rag-measure-plan"):
        ways = gr.CheckboxGroup(
            [(label(f"rag.way_{name}"), name) for name in WAYS],
            value=list(WAYS[:3]),
            label=label("rag.measured_ways"),
            info=label("rag.measured_ways_info"),
            min_width=260,
            elem_id="rag-measured-ways",
        )
        sizes = gr.Textbox(
            label=label("rag.sizes"),
            info=label("rag.sizes_info"),
            max_lines=1,
            min_width=200,
            elem_id="rag-sizes",
        )
        k = gr.Slider(
            1,
            20,
            value=5,
            step=1,
            label=label("rag.measure_k"),
            info=label("rag.measure_k_info"),
            min_width=200,
            elem_id="rag-measure-k",
        )
    return [ways, sizes, k]


def _lay_out_propose(page: Page[RagVisits]) -> RagProposeLayout:
    label = page.app.label
    with gr.Column(visible=False) as panel:
        gr.Markdown(label("rag.propose_info"), elem_classes="quiet")
        count = gr.Slider(
            1,
            40,
            value=10,
            step=1,
            label=label("rag.propose_count"),
            info=label("rag.propose_count_info"),
            elem_id="rag-propose-count",
        )
        with gr.Row(elem_classes="doing"):
            propose = button(label("rag.propose"), "rag-propose")
            stop = button(label("rag.stop"), "rag-propose-stop", visible=False, stops=True)
        progress = place("rag-propose-progress")
        approved = gr.CheckboxGroup(
            [], label=label("rag.approved"), info=label("rag.approved_info"), visible=False, elem_id="rag-approved"
        )
    return RagProposeLayout(panel, count, propose, stop, progress, approved)
