"""The Chat tab's components, laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import Sign, button
from playground.page.parts.places import place
from playground.page.program import Page
from playground.tabs.chat.visit.visits import ChatVisits
from playground.visitors.checks import MAX_COLUMNS
from playground.web.scripts import script_body

_LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "\\(", "right": "\\)", "display": False},
]


@dataclass(frozen=True, slots=True)
class HistoryLayout:
    """The visitor's conversations, folded away."""

    panel: gr.Accordion
    search: gr.Textbox
    export: gr.Button
    entries: gr.HTML


@dataclass(frozen=True, slots=True)
class ChatLayout:
    """The tab's components."""

    conversation: gr.HTML
    """Hidden; holds the id of the conversation that this browser tab shows, and goes along with every event."""
    history: HistoryLayout
    preset: gr.Dropdown
    names: gr.JSON
    """Hidden: what the assistants are called, by id, for the line of what is in force."""
    system: gr.Textbox
    grounded: gr.Markdown
    """That the assistant answers from documents."""
    active: gr.HTML
    """The system prompt and the parameters that are in force, wherever they were set."""
    columns: list[gr.Column]
    heads: list[gr.HTML]
    chats: list[gr.Chatbot]
    notice: gr.HTML
    speaking: gr.HTML
    """That a model hardly speaks the language of a message, once."""
    waiting: gr.HTML
    """The images that go along with the next message."""
    attach: gr.UploadButton
    message: gr.Textbox
    regenerate: gr.Button
    proceed: gr.Button
    undo: gr.Button
    new: gr.Button
    colours: gr.Checkbox
    exports: dict[str, gr.Button]
    file: gr.JSON
    legend: gr.HTML
    leads: gr.HTML
    pictures: gr.HTML
    """The images of the questions; a script puts them there."""
    sending: gr.Textbox
    """What becomes of the message that was sent, for the browser alone: see `draw_sending`."""

    def choices(self, page: Page[ChatVisits]) -> list[gr.components.Component]:
        """How a question is asked: preset, system prompt, models, sampling."""
        return [self.preset, self.system, *page.sidebar.inputs]

    @property
    def frame(self) -> list[gr.blocks.Block]:
        """What is laid out for the models."""
        return [*self.columns, *self.heads, *self.chats]

    @property
    def surroundings(self) -> list[gr.blocks.Block]:
        """What follows the conversation that is shown, besides its columns."""
        return [self.notice, self.pictures, self.waiting, self.conversation, self.history.panel]

    @property
    def elsewhere(self) -> list[gr.blocks.Block]:
        """Of a `HistoryScreen`, in its order."""
        return [*self.frame, *self.surroundings, self.history.entries]

    @property
    def outputs(self) -> list[gr.components.Component]:
        """Of a `ChatScreen`, in its order."""
        return [*self.chats, self.message, self.notice, self.pictures, self.waiting]

    @property
    def reply_outputs(self) -> list[gr.components.Component]:
        """Of a `ReplyScreen`, in its order: without the box, which is the visitor's to write in meanwhile."""
        return [*self.chats, self.sending, self.notice, self.pictures, self.waiting]


_ACTIONS: Mapping[str, Sign | None] = {"regenerate": "again", "proceed": "go-on", "undo": "undo", "new": None}


def lay_out_chat(page: Page[ChatVisits]) -> ChatLayout:
    label = page.app.label
    conversation = gr.HTML(
        visible="hidden", js_on_load=script_body("chat/keep_conversation"), elem_id="conversation", container=False
    )
    history = _lay_out_history(label)
    preset, names, system = _lay_out_system(label)
    grounded = gr.Markdown(elem_id="grounded")
    active = place("chat-active")
    legend = gr.HTML(container=False, apply_default_css=False, visible=False, elem_id="legend")
    columns, heads, chats = _lay_out_columns(label)
    notice = gr.HTML(container=False, js_on_load=script_body("chat/choose_conversation"), elem_id="notice")
    speaking = place("speaking", script_body("chat/speaking"))
    waiting = place("waiting", script_body("chat/attach_images"))
    attach, message = _lay_out_compose(label)
    with gr.Row(elem_id="actions"):
        buttons = {name: button(label(f"chat.{name}"), name, quiet=True, sign=sign) for name, sign in _ACTIONS.items()}
        exports = {
            name: button(label(f"chat.export_{name}"), f"export-{name}", quiet=True, sign="download")
            for name in ("json", "markdown", "python")
        }
        colours = gr.Checkbox(
            label=label("chat.colours"), value=False, container=False, scale=0, min_width=220, elem_id="colours"
        )
    file = gr.JSON(visible=False)
    pictures = place("pictures", script_body("chat/question_images"))
    sending = gr.Textbox(visible="hidden", elem_id="sending")
    leads = gr.HTML(container=False, js_on_load=script_body("chat/lead_to_tab"), elem_id="leads")
    return ChatLayout(
        conversation,
        history,
        preset,
        names,
        system,
        grounded,
        active,
        columns,
        heads,
        chats,
        notice,
        speaking,
        waiting,
        attach,
        message,
        **buttons,
        colours=colours,
        exports=exports,
        file=file,
        legend=legend,
        leads=leads,
        pictures=pictures,
        sending=sending,
    )


def _lay_out_system(label: gr.I18n) -> tuple[gr.Dropdown, gr.JSON, gr.Textbox]:
    """How a conversation is begun: the assistants, what they are called, and the system prompt."""
    with gr.Accordion(label("chat.system"), open=False, elem_id="system-panel"):
        preset = gr.Dropdown(choices=[], label=label("chat.preset"), info=label("chat.preset_info"), elem_id="preset")
        names = gr.JSON(visible=False)
        system = gr.Textbox(
            label=label("chat.system"), info=label("parameter.system.info"), lines=2, max_lines=8, elem_id="system"
        )
    return preset, names, system


def _lay_out_columns(label: gr.I18n) -> tuple[list[gr.Column], list[gr.HTML], list[gr.Chatbot]]:
    """The columns, what stands above each, and the conversation in it."""
    columns, heads, chats = [], [], []
    with gr.Row(elem_id="columns", scale=1):
        for number in range(MAX_COLUMNS):
            with gr.Column(visible=number == 0, min_width=280, elem_classes="chat-column") as column:
                heads.append(gr.HTML(container=False))
                chats.append(_chatbot(label, number))
            columns.append(column)
    return columns, heads, chats


def _lay_out_history(label: gr.I18n) -> HistoryLayout:
    with gr.Accordion(label("chat.history"), open=False, elem_id="history") as panel:
        with gr.Row(elem_id="history-tools"):
            search = gr.Textbox(
                show_label=False,
                label=label("chat.history_search"),
                placeholder=label("chat.history_search"),
                elem_id="history-search",
            )
            export = button(label("chat.history_export"), "history-export", quiet=True, sign="download")
        entries = place("entries", script_body("chat/choose_conversation", "chat/arrange_conversations"))
    return HistoryLayout(panel, search, export, entries)


def _lay_out_compose(label: gr.I18n) -> tuple[gr.UploadButton, gr.Textbox]:
    """Where images are attached and a message is written."""
    with gr.Row(elem_id="compose"):
        attach = gr.UploadButton(
            label("chat.attach"),  # type: ignore[arg-type]  # the browser looks it up here as everywhere
            file_count="multiple",
            size="sm",
            scale=0,
            elem_id="attach",
            elem_classes="quiet-button",
        )
        message = gr.Textbox(
            show_label=False,
            label=label("chat.message"),
            placeholder=label("chat.placeholder"),
            lines=1,
            max_lines=10,
            submit_btn=True,
            autofocus=True,
            elem_id="message",
        )
    return attach, message


def _chatbot(label: gr.I18n, number: int) -> gr.Chatbot:
    return gr.Chatbot(
        label=label("chat.tab"),
        show_label=False,
        height="var(--chat-height)",
        buttons=["copy"],
        editable="user",
        feedback_options=None,
        latex_delimiters=_LATEX,
        placeholder=label("chat.empty") if number == 0 else None,  # type: ignore[arg-type]  # the browser looks it up here as everywhere
        allow_tags=False,
        layout="bubble",
        elem_id=f"chat-{number}",
        elem_classes="chat",
    )
