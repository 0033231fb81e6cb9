"""The Vision tab's components, laid out: the pictures on the left, what is asked about them on the right."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import place
from playground.page.parts.question_box import lay_out_question
from playground.page.program import Page
from playground.tabs.vision.page.layout.labels import VisionLabelsLayout, lay_out_labels
from playground.tabs.vision.page.layout.measure import VisionMeasureLayout, lay_out_measure
from playground.tabs.vision.visit.ask import MOST_COLUMNS
from playground.tabs.vision.visit.visits import VisionVisits
from playground.web.scripts import script_body

EXPORTS = ("markdown", "json")


@dataclass(frozen=True, slots=True)
class VisionLayout:
    """The tab's components."""

    pictures: VisionPicturesLayout
    modes: gr.Tabs
    asking: VisionAskLayout
    labelling: VisionLabelsLayout
    measuring: VisionMeasureLayout
    file: gr.JSON

    @property
    def left(self) -> list[gr.blocks.Block]:
        """The outputs of a `VisionPicturesScreen`, in its order."""
        it = self.pictures
        return [it.upload, it.camera, it.progress, it.shown, it.stop, it.clear, self.labelling.picture]


@dataclass(frozen=True, slots=True)
class VisionPicturesLayout:
    """The left side."""

    upload: gr.File
    camera: gr.Image
    samples: gr.HTML
    progress: gr.HTML
    stop: gr.Button
    shown: gr.HTML
    clear: gr.Button


@dataclass(frozen=True, slots=True)
class VisionAskLayout:
    """`ocr`: the models that are to answer from the text that a program reads."""

    ocr: gr.CheckboxGroup
    who: gr.HTML
    columns: list[gr.Column]
    heads: list[gr.HTML]
    chats: list[gr.Chatbot]
    notice: gr.HTML
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    example: gr.Button
    new: gr.Button
    exports: dict[str, gr.Button]

    @property
    def frame(self) -> list[gr.blocks.Block]:
        """What a change of models redraws, in the order of `lay_columns`."""
        return [self.ocr, self.who, *self.columns, *self.heads, *self.chats]

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `VisionAskScreen` without the left side, in its order."""
        return [*self.chats, self.notice, self.question, self.ask, self.stop]


def lay_out_vision(page: Page[VisionVisits]) -> VisionLayout:
    label = page.app.label
    gr.Markdown(label("vision.intro"), elem_classes="intro")
    with gr.Row(elem_id="vision", equal_height=False):
        with gr.Column(scale=1, min_width=290, elem_id="vision-left"):
            pictures = _lay_out_pictures(page)
        with (
            gr.Column(scale=2, min_width=290, elem_id="vision-work"),
            gr.Tabs(elem_id="vision-modes", overflow_behavior="wrap") as modes,
        ):
            with gr.Tab(label("vision.mode_ask"), id="ask"):
                asking = _lay_out_ask(page)
            with gr.Tab(label("vision.mode_labels"), id="labels"):
                labelling = lay_out_labels(page)
            with gr.Tab(label("vision.mode_measure"), id="measure"):
                measuring = lay_out_measure(page)
    return VisionLayout(pictures, modes, asking, labelling, measuring, gr.JSON(visible=False))


def _lay_out_pictures(page: Page[VisionVisits]) -> VisionPicturesLayout:
    label = page.app.label
    upload = gr.File(
        label=label("vision.upload"), file_count="multiple", type="filepath", height=130, elem_id="vision-upload"
    )
    gr.Markdown(label("vision.upload_info"), elem_classes="quiet")
    with gr.Accordion(label("vision.camera"), open=False, elem_id="vision-camera-panel"):
        camera = gr.Image(
            sources=["webcam"],
            type="filepath",
            image_mode=None,
            show_label=False,
            label=label("vision.camera"),
            height=240,
            buttons=[],
            elem_id="vision-camera",
        )
    progress = place("vision-progress", script_body("undo"))
    shown = place("vision-pictures", script_body("keep_open", "vision/pictures"))
    with gr.Row(elem_classes="doing"):
        stop = button(label("vision.stop"), "vision-add-stop", visible=False, stops=True)
        clear = button(label("vision.clear"), "vision-clear", quiet=True, visible=False)
    samples = place("vision-samples", script_body("vision/add_sample"))
    return VisionPicturesLayout(upload, camera, samples, progress, stop, shown, clear)


def _lay_out_ask(page: Page[VisionVisits]) -> VisionAskLayout:
    label = page.app.label
    ocr = gr.CheckboxGroup(
        [], label=label("vision.ocr"), info=label("vision.ocr_info"), interactive=True, elem_id="vision-ocr"
    )
    who = place("vision-who")
    columns, heads, chats = [], [], []
    with gr.Row(elem_id="vision-columns"):
        for number in range(MOST_COLUMNS):
            with gr.Column(visible=number == 0, min_width=240, elem_classes="chat-column") as column:
                heads.append(gr.HTML(container=False))
                chats.append(_chatbot(page, number))
            columns.append(column)
    notice = place("vision-notice", script_body("undo"))
    with gr.Column(elem_id="vision-compose", elem_classes="compose"):
        box = lay_out_question(label, "vision")
    with gr.Row(elem_classes="doing"):
        new = button(label("vision.new"), "vision-new", quiet=True)
        exports = {
            name: button(label(f"vision.export_{name}"), f"vision-export-{name}", quiet=True, sign="download")
            for name in EXPORTS
        }
    return VisionAskLayout(
        ocr, who, columns, heads, chats, notice, box.question, **box.buttons, new=new, exports=exports
    )


def _chatbot(page: Page[VisionVisits], number: int) -> gr.Chatbot:
    label = page.app.label
    return gr.Chatbot(
        label=label("vision.tab"),
        show_label=False,
        height="var(--vision-height)",
        buttons=["copy"],
        feedback_options=None,
        placeholder=label("vision.empty") if number == 0 else None,  # type: ignore[arg-type]  # the browser looks it up here as everywhere
        allow_tags=False,
        layout="bubble",
        elem_id=f"vision-chat-{number}",
        elem_classes="chat",
    )
