"""The RAG tab's components, laid out: the documents on the left, what is done with them on the right."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import place
from playground.page.parts.question_box import lay_out_question
from playground.page.program import Page
from playground.tabs.rag.page.fields import MOST_PASSAGES
from playground.tabs.rag.page.layout.files import RagAssistantLayout, RagFilesLayout, lay_out_assistant, lay_out_files
from playground.tabs.rag.page.layout.inside import RagInsideLayout, lay_out_inside
from playground.tabs.rag.page.layout.measure import RagMeasureLayout, lay_out_measure
from playground.tabs.rag.visit.visits import RagVisits
from playground.web.scripts import script_body

WAYS = ("dense", "lexical", "rerank", "diverse", "automatic", "balance", "k")


@dataclass(frozen=True, slots=True)
class RagLayout:
    """The tab's components."""

    files: RagFilesLayout
    modes: gr.Tabs
    asking: RagAskLayout
    searching: RagSearchLayout
    inside: RagInsideLayout
    measuring: RagMeasureLayout
    assistant: RagAssistantLayout
    reader: gr.HTML
    file: gr.JSON

    @property
    def fields(self) -> list[gr.components.Component]:
        """With what is searched, and how: `RetrievalFields`, in its order."""
        files = self.files
        return [files.embedding, files.tokens, files.overlap, *self.searching.ways, files.excluded]


@dataclass(frozen=True, slots=True)
class RagAskLayout:
    active: gr.HTML
    """How is searched, where that is not as at first: it is set in "Search" and on the left."""
    question: gr.Textbox
    compare: gr.Checkbox
    ask: gr.Button
    stop: gr.Button
    new: gr.Button
    example: gr.Button
    past: gr.HTML
    current: gr.HTML

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `RagAskScreen`, in its order."""
        return [self.past, self.current, self.question, self.ask, self.stop]


@dataclass(frozen=True, slots=True)
class RagSearchLayout:
    """`ways`: of `RetrievalFields`, from `dense` to `k`, which `WAYS` names."""

    question: gr.Textbox
    search: gr.Button
    ways: list[gr.components.Component]
    found: gr.HTML


def lay_out_rag(page: Page[RagVisits]) -> RagLayout:
    label = page.app.label
    gr.Markdown(label("rag.intro"), elem_classes="intro")
    with gr.Row(elem_id="rag", equal_height=False):
        with gr.Column(scale=2, min_width=280, elem_id="rag-files"):
            files = lay_out_files(page)
            assistant = lay_out_assistant(page)
        with (
            gr.Column(scale=5, min_width=280, elem_id="rag-work"),
            gr.Tabs(elem_id="rag-modes", overflow_behavior="wrap") as modes,
        ):
            with gr.Tab(label("rag.mode_ask"), id="ask"):
                asking = _lay_out_ask(page)
            with gr.Tab(label("rag.mode_search"), id="search"):
                searching = _lay_out_search(page)
            with gr.Tab(label("rag.mode_inside"), id="inside"):
                inside = lay_out_inside(page)
            with gr.Tab(label("rag.mode_measure"), id="measure"):
                measuring = lay_out_measure(page)
    reader = place("rag-reader", script_body("rag/open_passage", "rag/reader"), kept=True)
    return RagLayout(files, modes, asking, searching, inside, measuring, assistant, reader, gr.JSON(visible=False))


def _lay_out_ask(page: Page[RagVisits]) -> RagAskLayout:
    label = page.app.label
    past = place("rag-past", script_body("keep_open", "rag/open_passage"))
    current = place("rag-current", script_body("keep_open", "rag/open_passage", "undo"))
    with gr.Column(elem_id="rag-compose", elem_classes="compose"):
        active = place("rag-asking-active")
        box = lay_out_question(label, "rag")
        with box.doing:
            compare = gr.Checkbox(
                label=label("rag.compare"), value=True, container=False, scale=0, min_width=220, elem_id="rag-compare"
            )
    with gr.Row(elem_classes="doing"):
        new = button(label("rag.new"), "rag-new", quiet=True)
    return RagAskLayout(active, box.question, compare, **box.buttons, new=new, past=past, current=current)


def _lay_out_search(page: Page[RagVisits]) -> RagSearchLayout:
    label = page.app.label
    question = gr.Textbox(
        label=label("rag.search_question"),
        placeholder=label("rag.search_hint"),
        lines=1,
        max_lines=4,
        elem_id="rag-search-question",
    )
    with gr.Row(elem_id="rag-ways"):
        switches = [
            gr.Checkbox(
                label=label(f"rag.{name}"),
                info=label(f"rag.{name}_info"),
                value=on,
                min_width=190,
                elem_id=f"rag-{name}",
            )
            for name, on in (("dense", True), ("lexical", True), ("rerank", False), ("diverse", False))
        ]
    with gr.Row(elem_id="rag-weights"):
        automatic = gr.Checkbox(
            label=label("rag.automatic"),
            info=label("rag.automatic_info"),
            value=True,
            min_width=190,
            elem_id="rag-automatic",
        )
        balance = gr.Slider(
            0,
            1,
            value=0.5,
            step=0.05,
            label=label("rag.balance"),
            info=label("rag.balance_info"),
            min_width=220,
            interactive=True,
            elem_id="rag-balance",
        )
        k = gr.Slider(
            1,
            MOST_PASSAGES,
            value=5,
            step=1,
            label=label("rag.k"),
            info=label("rag.k_info"),
            min_width=220,
            elem_id="rag-k",
        )
    with gr.Row(elem_classes="doing"):
        search = button(label("rag.search"), "rag-search", variant="primary")
    found = place("rag-found", script_body("rag/open_passage"), kept=True)
    return RagSearchLayout(question, search, [*switches, automatic, balance, k], found)
