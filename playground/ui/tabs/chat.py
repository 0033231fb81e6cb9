"""Chat: a conversation, or up to four columns of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.checks import MAX_COLUMNS, checked_text
from playground.desk import Choices
from playground.labs.chat import Conversation
from playground.ui import api
from playground.ui.conversation import (
    choose_preset,
    chosen,
    drawn,
    exporter,
    hand_over,
    lay_columns,
    open_tab,
    redraw,
    turn_of,
)
from playground.ui.page import DOWNLOAD, PRIVATE, Page
from playground.ui.render import CONTINUE, KEYS, SAMPLING, tags_typed

NAME = "chat"
ORDER = 10
_LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "\\(", "right": "\\)", "display": False},
    {"left": "$", "right": "$", "display": False},
]
_LEADS = """
document.addEventListener('click', event => {
  const link = event.target.closest && event.target.closest('.chat a[href^="#sampling-"]');
  if (!link) return;
  event.preventDefault();
  const [turn, column] = link.getAttribute('href').split('-').slice(1).map(Number);
  trigger('lead', {turn, column});
}, true);
"""
"""Links in a reply's details that lead to another tab."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The tab's components."""

    preset: gr.Dropdown
    system: gr.Textbox
    columns: list[gr.Column]
    heads: list[gr.HTML]
    chats: list[gr.Chatbot]
    notice: gr.HTML
    message: gr.Textbox
    regenerate: gr.Button
    proceed: gr.Button
    undo: gr.Button
    new: gr.Button
    colours: gr.Checkbox
    exports: dict[str, gr.Button]
    file: gr.JSON
    leads: gr.HTML

    @property
    def streaming(self) -> list[gr.components.Component]:
        """What a run redraws."""
        return [*self.chats, self.message, self.notice]


def build(page: Page) -> None:
    layout = _lay_out(page)
    _wire_runs(page, layout)
    _wire_rest(page, layout)
    api.publish(page.app)


def _lay_out(page: Page) -> Layout:
    label = page.app.label
    with gr.Accordion(label("chat.system"), open=False, elem_id="system-panel"):
        preset = gr.Dropdown(choices=[], label=label("chat.preset"), elem_id="preset")
        system = gr.Textbox(
            label=label("chat.system"), info=label("parameter.system.info"), lines=2, max_lines=8, elem_id="system"
        )
    columns, heads, chats = [], [], []
    with gr.Row(elem_id="columns", scale=1):
        for number in range(MAX_COLUMNS):
            with gr.Column(visible=number == 0, min_width=280, elem_classes="chat-column") as column:
                heads.append(gr.HTML(container=False))
                chats.append(_chatbot(label, number))
            columns.append(column)
    notice = gr.HTML(container=False, elem_id="notice")
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
    with gr.Row(elem_id="actions"):
        buttons = {
            name: gr.Button(label(f"chat.{name}"), size="sm", scale=0, elem_id=name, elem_classes="quiet-button")
            for name in ("regenerate", "proceed", "undo", "new")
        }
        exports = {
            name: gr.Button(
                label(f"chat.export_{name}"), size="sm", scale=0, elem_id=f"export-{name}", elem_classes="quiet-button"
            )
            for name in ("json", "markdown", "python")
        }
        colours = gr.Checkbox(
            label=label("chat.colours"), value=False, container=False, scale=0, min_width=220, elem_id="colours"
        )
    file = gr.JSON(visible=False)
    leads = gr.HTML(container=False, js_on_load=_LEADS, elem_id="leads")
    return Layout(
        preset, system, columns, heads, chats, notice, message, *buttons.values(), colours, exports, file, leads
    )


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


def _wire_runs(page: Page, layout: Layout) -> None:
    """Everything that makes models answer: all of it redraws the same outputs."""
    app, names = page.app, list(page.sidebar.sampling)
    inputs = [layout.colours, layout.system, *page.sidebar.inputs]
    outputs = layout.streaming

    def choices(system: str, models: Sequence[str], *values: object) -> Choices:
        return chosen(app, system, models, dict(zip(names, values, strict=True)))

    async def sent(request: gr.Request, question: str, colours: bool, *rest: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)

        def run() -> AsyncGenerator[Conversation]:
            return app.desk.send(who.visitor, checked_text(question, app.bounds), choices(*rest))

        async for shown in redraw(app, who, run, question, colours=colours):
            yield shown

    async def again(request: gr.Request, colours: bool, *rest: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        async for shown in redraw(app, who, lambda: app.desk.regenerate(who.visitor, choices(*rest)), colours=colours):
            yield shown

    async def more(request: gr.Request, colours: bool, *rest: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        async for shown in redraw(app, who, lambda: app.desk.proceed(who.visitor, choices(*rest)), colours=colours):
            yield shown

    layout.message.submit(sent, [layout.message, *inputs], outputs, **PRIVATE)
    layout.regenerate.click(again, inputs, outputs, **PRIVATE)
    layout.proceed.click(more, inputs, outputs, **PRIVATE)
    for number, chat in enumerate(layout.chats):
        _wire_column(page, layout, number, chat, choices)


def _wire_column(page: Page, layout: Layout, number: int, chat: gr.Chatbot, choices: Callable[..., Choices]) -> None:
    app, desk = page.app, page.app.desk
    inputs = [layout.colours, layout.system, *page.sidebar.inputs]

    async def retried(request: gr.Request, colours: bool, *rest: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        async for shown in redraw(
            app, who, lambda: desk.regenerate(who.visitor, choices(*rest), number), colours=colours
        ):
            yield shown

    async def edited(
        request: gr.Request, event: gr.EditData, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = app.who(request)

        def run() -> AsyncGenerator[Conversation]:
            shown = app.show(who).messages(desk.load(who.visitor), number)
            turn = turn_of(shown, event.index if isinstance(event.index, int) else event.index[0])
            return desk.resend(who.visitor, turn, checked_text(tags_typed(event.value), app.bounds), choices(*rest))

        async for shown in redraw(app, who, run, colours=colours):
            yield shown

    async def picked(
        request: gr.Request, event: gr.SelectData, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        nothing = [gr.skip()] * len(layout.streaming)
        if event.value == KEYS:
            yield [*nothing, gr.update(open=True), gr.skip(), gr.skip()]
            return
        if event.value == SAMPLING:
            conversation = desk.load(who.visitor)
            told = hand_over(conversation, len(conversation.turns) - 1, number)  # options are the last message's
            yield [*nothing, gr.skip(), gr.Tabs(selected="sampling"), told]
            return
        action = desk.proceed if event.value == CONTINUE else desk.regenerate
        async for shown in redraw(app, who, lambda: action(who.visitor, choices(*rest), number), colours=colours):
            yield [*shown, gr.skip(), gr.skip(), gr.skip()]

    async def tried(
        request: gr.Request, event: gr.SelectData, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = app.who(request)

        def run() -> AsyncGenerator[Conversation]:
            return desk.send(who.visitor, checked_text(event.value["text"], app.bounds), choices(*rest))

        async for shown in redraw(app, who, run, colours=colours):
            yield shown

    chat.retry(retried, inputs, layout.streaming, **PRIVATE)
    chat.edit(edited, inputs, layout.streaming, **PRIVATE)
    elsewhere = [page.sidebar.keys.panel, page.tabs, page.handed]
    chat.option_select(picked, inputs, [*layout.streaming, *elsewhere], **PRIVATE)
    chat.example_select(tried, inputs, layout.streaming, **PRIVATE)


def _wire_rest(page: Page, layout: Layout) -> None:
    app, models = page.app, page.sidebar.models
    frame = [*layout.columns, *layout.heads, *layout.chats]

    async def framed(chosen_models: list[str], colours: bool, request: gr.Request) -> list[object]:
        return await lay_columns(app, app.who(request), chosen_models, colours=colours)

    def recoloured(colours: bool, request: gr.Request) -> list[object]:
        who = app.who(request)
        return drawn(app.show(who, colours=colours), app.desk.load(who.visitor))

    def opened(request: gr.Request) -> list[object]:
        return open_tab(app, app.who(request))

    def preset_chosen(name: str, request: gr.Request) -> list[object]:
        return choose_preset(app.who(request), name)

    def stopped(request: gr.Request) -> None:
        app.desk.stop(app.who(request).visitor)

    def undone(colours: bool, request: gr.Request) -> list[object]:
        who = app.who(request)
        conversation, question = app.desk.undo(who.visitor)
        return [*drawn(app.show(who, colours=colours), conversation), gr.update(value=question), ""]

    def cleared(request: gr.Request) -> list[object]:
        who = app.who(request)
        return [*drawn(app.show(who), app.desk.clear(who.visitor)), gr.update(value=""), ""]

    def led(request: gr.Request, event: gr.EventData) -> list[object]:
        told = hand_over(app.desk.load(app.who(request).visitor), event.turn, event.column)
        return [gr.skip(), gr.skip()] if told is None else [gr.Tabs(selected="sampling"), told]

    layout.leads.lead(led, None, [page.tabs, page.handed], **PRIVATE)
    page.blocks.load(opened, None, [layout.system, layout.preset, *layout.chats], **PRIVATE)
    models.change(framed, [models, layout.colours], frame, **PRIVATE)
    page.blocks.load(framed, [models, layout.colours], frame, **PRIVATE)
    layout.colours.input(recoloured, layout.colours, layout.chats, **PRIVATE)
    layout.preset.input(preset_chosen, layout.preset, [layout.system, page.sidebar.sampling["temperature"]], **PRIVATE)
    layout.message.stop(stopped, None, None, queue=False, **PRIVATE)
    layout.undo.click(undone, layout.colours, layout.streaming, **PRIVATE)
    layout.new.click(cleared, None, layout.streaming, **PRIVATE)
    for chat in layout.chats:
        chat.undo(undone, layout.colours, layout.streaming, **PRIVATE)
        chat.clear(cleared, None, layout.streaming, **PRIVATE)
    for name, button in layout.exports.items():
        button.click(exporter(app, name), None, layout.file, **PRIVATE).then(
            None, layout.file, None, js=DOWNLOAD, **PRIVATE
        )
