"""The panel that shows what is kept of a visitor."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.places import hidden_text


@dataclass(frozen=True, slots=True)
class KeptLayout:
    """The panel at the end of the sidebar."""

    panel: gr.Accordion
    shown: gr.HTML
    delete: gr.Button
    sure: gr.Group
    yes: gr.Button
    no: gr.Button
    answer: gr.HTML
    done: gr.Textbox


def lay_out_kept(label: gr.I18n) -> KeptLayout:
    """Call it inside the sidebar."""
    with gr.Accordion(label("kept.title"), open=False, elem_id="kept") as panel:
        shown = gr.HTML(elem_id="kept-shown", container=False)
        delete = gr.Button(label("kept.delete"), size="sm", elem_id="kept-delete")
        with gr.Group(visible=False, elem_id="kept-sure") as sure:
            gr.Markdown(label("kept.sure"), elem_classes="quiet")
            with gr.Row():
                yes = gr.Button(label("kept.yes"), size="sm", variant="stop", elem_id="kept-yes")
                no = gr.Button(label("kept.no"), size="sm", elem_id="kept-no")
        answer = gr.HTML(elem_id="kept-answer", container=False)
        done = hidden_text("kept-done")
    return KeptLayout(panel, shown, delete, sure, yes, no, answer, done)
