"""The RAG tab's components, laid out: the documents on the left, what is done with them on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.program import Page
from playground.tabs.rag.page.events.choose import MOST_PASSAGES, OVERLAP, TOKENS, Chosen
from playground.tabs.rag.page.layout.inside import InsideLayout, lay_out_inside
from playground.tabs.rag.page.layout.measure import MeasureLayout, lay_out_measure
from playground.tabs.rag.visit.visits import RagVisits
from playground.web.scripts import script_body


@dataclass(frozen=True, slots=True)
class Layout:
    """The tab's components."""

    files: FilesLayout
    modes: gr.Tabs
    asking: AskLayout
    searching: SearchLayout
    inside: InsideLayout
    measuring: MeasureLayout
    assistant: AssistantLayout
    reader: gr.HTML
    file: gr.JSON

    @property
    def chosen(self) -> list[gr.components.Component]:
        """With what is searched, and how: the fields of `Chosen`, in its order."""
        files = self.files
        return [files.embedding, files.tokens, files.overlap, *self.searching.ways, files.excluded]


@dataclass(frozen=True, slots=True)
class FilesLayout:
    """The left side."""

    upload: gr.File
    samples: gr.Button
    name: gr.Textbox
    text: gr.Textbox
    paste: gr.Button
    progress: gr.HTML
    stop: gr.Button
    listing: gr.HTML
    excluded: gr.State
    embedding: gr.Dropdown
    about: gr.HTML
    tokens: gr.Slider
    overlap: gr.Slider

    @property
    def shown(self) -> list[gr.blocks.Block]:
        """What adding redraws, in the order of `filing.Screen`."""
        return [self.upload, self.text, self.progress, self.stop, self.listing]


@dataclass(frozen=True, slots=True)
class AskLayout:
    question: gr.Textbox
    compare: gr.Checkbox
    ask: gr.Button
    stop: gr.Button
    new: gr.Button
    example: gr.Button
    past: gr.HTML
    current: gr.HTML

    @property
    def shown(self) -> list[gr.blocks.Block]:
        """What asking redraws, in the order of `answering.Screen`."""
        return [self.past, self.current, self.question, self.ask, self.stop]


@dataclass(frozen=True, slots=True)
class SearchLayout:
    """`ways`: the fields of `Chosen` from `dense` to `k`."""

    question: gr.Textbox
    search: gr.Button
    ways: list[gr.components.Component]
    found: gr.HTML


@dataclass(frozen=True, slots=True)
class AssistantLayout:
    name: gr.Textbox
    system: gr.Textbox
    save: gr.Button
    told: gr.HTML


def chosen_of(values: Sequence[Any]) -> Chosen:
    """The values of `Layout.chosen`."""
    return Chosen(**dict(zip(Chosen.__dataclass_fields__, values, strict=True)))


def lay_out(page: Page[RagVisits]) -> Layout:
    label = page.app.label
    gr.Markdown(label("rag.intro"), elem_classes="intro")
    with gr.Row(elem_id="rag", equal_height=False):
        with gr.Column(scale=2, min_width=280, elem_id="rag-files"):
            files = _lay_out_files(page)
            assistant = _lay_out_assistant(page)
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
    reader = gr.HTML(
        container=False,
        apply_default_css=False,
        js_on_load=script_body("rag/open_passage", "rag/reader"),
        elem_id="rag-reader",
    )
    return Layout(files, modes, asking, searching, inside, measuring, assistant, reader, gr.JSON(visible=False))


def _lay_out_files(page: Page[RagVisits]) -> FilesLayout:
    label = page.app.label
    upload = gr.File(
        label=label("rag.upload"), file_count="multiple", type="filepath", height=120, elem_id="rag-upload"
    )
    gr.Markdown(label("rag.upload_info"), elem_classes="quiet")
    with gr.Row(elem_classes="doing"):
        samples = button(label("rag.samples"), "rag-samples")
        stop = button(label("rag.stop"), "rag-add-stop", visible=False, stops=True)
    progress = gr.HTML(
        container=False, apply_default_css=False, js_on_load=script_body("rag/read_scan"), elem_id="rag-progress"
    )
    listing = gr.HTML(
        container=False,
        apply_default_css=False,
        js_on_load=script_body("rag/open_passage", "rag/list_documents"),
        elem_id="rag-list",
    )
    with gr.Accordion(label("rag.paste_panel"), open=False, elem_id="rag-paste-panel"):
        name = gr.Textbox(
            label=label("rag.paste_name"),
            placeholder=label("rag.paste_name_hint"),
            max_lines=1,
            elem_id="rag-paste-name",
        )
        text = gr.Textbox(label=label("rag.paste_text"), lines=4, max_lines=12, elem_id="rag-paste-text")
        paste = button(label("rag.paste"), "rag-paste")
    with gr.Accordion(label("rag.advanced"), open=False, elem_id="rag-advanced"):
        embedding = gr.Dropdown(
            [],
            label=label("rag.embedding"),
            info=label("rag.embedding_info"),
            interactive=True,
            allow_custom_value=True,
            elem_id="rag-embedding",
        )
        about = gr.HTML(container=False, apply_default_css=False, elem_id="rag-embedding-about")
        tokens = gr.Slider(
            *TOKENS, value=200, step=10, label=label("rag.tokens"), info=label("rag.tokens_info"), elem_id="rag-tokens"
        )
        overlap = gr.Slider(
            *OVERLAP,
            value=30,
            step=5,
            label=label("rag.overlap"),
            info=label("rag.overlap_info"),
            elem_id="rag-overlap",
        )
    return FilesLayout(
        upload, samples, name, text, paste, progress, stop, listing, gr.State([]), embedding, about, tokens, overlap
    )


def _lay_out_assistant(page: Page[RagVisits]) -> AssistantLayout:
    label = page.app.label
    with gr.Accordion(label("rag.assistant"), open=False, elem_id="rag-assistant"):
        gr.Markdown(label("rag.assistant_info"), elem_classes="quiet")
        system = gr.Textbox(
            label=label("rag.system"), info=label("rag.system_info"), lines=3, max_lines=8, elem_id="rag-system"
        )
        name = gr.Textbox(label=label("rag.assistant_name"), max_lines=1, elem_id="rag-assistant-name")
        save = button(label("rag.assistant_save"), "rag-assistant-save")
        told = gr.HTML(container=False, apply_default_css=False, elem_id="rag-assistant-told")
    return AssistantLayout(name, system, save, told)


def _lay_out_ask(page: Page[RagVisits]) -> AskLayout:
    label = page.app.label
    past = gr.HTML(
        container=False,
        apply_default_css=False,
        js_on_load=script_body("keep_open", "rag/open_passage"),
        elem_id="rag-past",
    )
    current = gr.HTML(
        container=False,
        apply_default_css=False,
        js_on_load=script_body("keep_open", "rag/open_passage"),
        elem_id="rag-current",
    )
    question = gr.Textbox(
        label=label("rag.question"),
        placeholder=label("rag.question_hint"),
        lines=1,
        max_lines=8,
        elem_id="rag-question",
    )
    with gr.Row(elem_classes="doing"):
        ask = button(label("rag.ask"), "rag-ask", variant="primary")
        stop = button(label("rag.stop"), "rag-stop", visible=False, stops=True)
        example = button(label("rag.example"), "rag-example")
        new = button(label("rag.new"), "rag-new", quiet=True)
        compare = gr.Checkbox(
            label=label("rag.compare"), value=True, container=False, scale=0, min_width=220, elem_id="rag-compare"
        )
    return AskLayout(question, compare, ask, stop, new, example, past, current)


def _lay_out_search(page: Page[RagVisits]) -> SearchLayout:
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
    found = gr.HTML(
        container=False, apply_default_css=False, js_on_load=script_body("rag/open_passage"), elem_id="rag-found"
    )
    return SearchLayout(question, search, [*switches, automatic, balance, k], found)
