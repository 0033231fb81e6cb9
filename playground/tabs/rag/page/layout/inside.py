"""Inside: the chunks of a document, their map, their neighbours, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import hidden_text, place
from playground.page.program import Page
from playground.tabs.rag.visit.visits import RagVisits
from playground.web.scripts import script_body


@dataclass(frozen=True, slots=True)
class RagInsideLayout:
    document: gr.Dropdown
    chunks: gr.HTML
    near: gr.HTML
    question: gr.Textbox
    draw: gr.Button
    told: gr.HTML
    map: gr.Plot
    held: gr.Textbox
    """Hidden: the document, the first chunk of the leaf, and the chunk whose neighbours are shown, if any."""


def lay_out_inside(page: Page[RagVisits]) -> RagInsideLayout:
    label = page.app.label
    gr.Markdown(label("rag.map_intro"), elem_classes="quiet")
    question = gr.Textbox(
        label=label("rag.map_question"), placeholder=label("rag.map_hint"), max_lines=2, elem_id="rag-map-question"
    )
    with gr.Row(elem_classes="doing"):
        draw = button(label("rag.map_draw"), "rag-map-draw", variant="primary")
    told = place("rag-map-told", kept=True)
    drawn = gr.Plot(show_label=False, label=label("rag.map"), visible=False, elem_id="rag-map")
    document = gr.Dropdown(
        [],
        label=label("rag.inside_document"),
        info=label("rag.inside_document_info"),
        interactive=True,
        elem_id="rag-inside",
    )
    with gr.Row(elem_classes="stepping"):
        with gr.Column(scale=3, min_width=280):
            chunks = place("rag-chunks", script_body("rag/open_passage", "rag/list_chunks"))
        with gr.Column(scale=2, min_width=280):
            near = place("rag-near", script_body("rag/open_passage"))
    held = hidden_text("rag-inside-held")
    return RagInsideLayout(document, chunks, near, question, draw, told, drawn, held)
