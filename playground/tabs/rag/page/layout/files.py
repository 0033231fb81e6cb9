"""The left side: documents, the embedding model, and an assistant of one's own, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import KEPT, place
from playground.page.program import Page
from playground.tabs.rag.page.fields import OVERLAP, TOKENS
from playground.tabs.rag.visit.visits import RagVisits
from playground.web.scripts import script_body


@dataclass(frozen=True, slots=True)
class RagFilesLayout:
    """The left side."""

    upload: gr.File
    samples: gr.Button
    name: gr.Textbox
    text: gr.Textbox
    paste: gr.Button
    progress: gr.HTML
    stop: gr.Button
    listing: gr.HTML
    excluded: gr.JSON
    """Hidden: the documents whose tick was taken away."""
    embedding: gr.Dropdown
    about: gr.HTML
    tokens: gr.Slider
    overlap: gr.Slider

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `RagFilesScreen`, in its order."""
        return [self.upload, self.text, self.progress, self.stop, self.listing]


@dataclass(frozen=True, slots=True)
class RagAssistantLayout:
    name: gr.Textbox
    system: gr.Textbox
    save: gr.Button
    told: gr.HTML


def lay_out_files(page: Page[RagVisits]) -> RagFilesLayout:
    label = page.app.label
    upload = gr.File(
        label=label("rag.upload"), file_count="multiple", type="filepath", height=120, elem_id="rag-upload"
    )
    gr.Markdown(label("rag.upload_info"), elem_classes="quiet")
    with gr.Row(elem_classes="doing"):
        samples = button(label("rag.samples"), "rag-samples")
        stop = button(label("rag.stop"), "rag-add-stop", visible=False, stops=True)
    progress = place("rag-progress", script_body("rag/read_scan"))
    listing = place("rag-list", script_body("rag/open_passage", "rag/list_documents"))
    excluded = gr.JSON([], visible=False, elem_id="rag-excluded", elem_classes=[KEPT])
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
        about = place("rag-embedding-about")
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
    return RagFilesLayout(
        upload, samples, name, text, paste, progress, stop, listing, excluded, embedding, about, tokens, overlap
    )


def lay_out_assistant(page: Page[RagVisits]) -> RagAssistantLayout:
    label = page.app.label
    with gr.Accordion(
        label("rag.assistant"), open=False, elem_id="rag-assistant", visible=page.app.settings.shows("chat")
    ):
        gr.Markdown(label("rag.assistant_info"), elem_classes="quiet")
        system = gr.Textbox(
            label=label("rag.system"), info=label("rag.system_info"), lines=3, max_lines=8, elem_id="rag-system"
        )
        name = gr.Textbox(label=label("rag.assistant_name"), max_lines=1, elem_id="rag-assistant-name")
        save = button(label("rag.assistant_save"), "rag-assistant-save")
        told = place("rag-assistant-told")
    return RagAssistantLayout(name, system, save, told)
