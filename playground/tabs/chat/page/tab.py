"""Chat: a conversation, or up to four columns of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any

import gradio as gr

from playground.page.parts.render import CONTINUE, KEYS, SAMPLING, legend, tags_typed
from playground.page.program import DOWNLOAD, PRIVATE, Page, Program, Who
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.page.api import publish
from playground.tabs.chat.page.drawing import attach, detach, messages
from playground.tabs.chat.page.events import (
    choose_preset,
    chosen,
    drawn,
    exporter,
    hand_over,
    lay_columns,
    open_tab,
    receive,
    redraw,
    settle,
    turn_of,
)
from playground.tabs.chat.page.layout import Layout, lay_out
from playground.tabs.chat.visit.visits import ChatVisits, Choices
from playground.visitors.checks import checked_text
from playground.web.scripts import script_function

__all__ = ["NAME", "ORDER", "build", "open", "publish"]

NAME = "chat"
ORDER = 10
_CLEANED_AT_ONCE = 4
"""Uploads whose images are cleaned at the same time, of all visitors: each takes a program of its own."""


def open(program: Program) -> ChatVisits:
    return ChatVisits(program.reach, program.sessions)


def build(page: Page[ChatVisits]) -> None:
    layout = lay_out(page)
    _wire_runs(page, layout)
    _wire_pictures(page, layout)
    _wire_rest(page, layout)


def _wire_runs(page: Page[ChatVisits], layout: Layout) -> None:
    """Everything that makes models answer: all of it redraws the same outputs."""
    app, names = page.app, list(page.sidebar.sampling)
    inputs = [layout.colours, layout.preset, layout.system, *page.sidebar.inputs]
    outputs = layout.streaming

    def choices(who: Who, *told: object) -> Choices:
        return chosen(app, who, told[:3], dict(zip(names, told[3:], strict=True)))

    async def sent(request: gr.Request, question: str, colours: bool, *rest: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)

        def run() -> AsyncGenerator[Conversation]:
            pictures = app.visits.attachments.of(who.visitor)
            return app.visits.send(who.visitor, checked_text(question, app.bounds), choices(who, *rest), pictures)

        async for shown in redraw(app, who, run, question, colours=colours):
            yield shown

    async def again(request: gr.Request, colours: bool, *rest: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        async for shown in redraw(
            app, who, lambda: app.visits.regenerate(who.visitor, choices(who, *rest)), colours=colours
        ):
            yield shown

    async def more(request: gr.Request, colours: bool, *rest: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        async for shown in redraw(
            app, who, lambda: app.visits.proceed(who.visitor, choices(who, *rest)), colours=colours
        ):
            yield shown

    layout.message.submit(sent, [layout.message, *inputs], outputs, js=script_function("chat/empty_message"), **PRIVATE)
    layout.regenerate.click(again, inputs, outputs, **PRIVATE)
    layout.proceed.click(more, inputs, outputs, **PRIVATE)
    for number, chat in enumerate(layout.chats):
        _wire_column(page, layout, number, chat, choices)


def _wire_column(
    page: Page[ChatVisits], layout: Layout, number: int, chat: gr.Chatbot, choices: Callable[..., Choices]
) -> None:
    app, desk = page.app, page.app.visits
    inputs = [layout.colours, layout.preset, layout.system, *page.sidebar.inputs]

    async def retried(request: gr.Request, colours: bool, *rest: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        async for shown in redraw(
            app, who, lambda: desk.regenerate(who.visitor, choices(who, *rest), number), colours=colours
        ):
            yield shown

    async def edited(
        request: gr.Request, event: gr.EditData, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = app.who(request)

        def run() -> AsyncGenerator[Conversation]:
            shown = messages(app.show(who), desk.load(who.visitor), number)
            turn = turn_of(shown, event.index if isinstance(event.index, int) else event.index[0])
            return desk.resend(
                who.visitor, turn, checked_text(tags_typed(event.value), app.bounds), choices(who, *rest)
            )

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
        async for shown in redraw(app, who, lambda: action(who.visitor, choices(who, *rest), number), colours=colours):
            yield [*shown, gr.skip(), gr.skip(), gr.skip()]

    async def tried(
        request: gr.Request, event: gr.SelectData, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = app.who(request)

        def run() -> AsyncGenerator[Conversation]:
            return desk.send(who.visitor, checked_text(event.value["text"], app.bounds), choices(who, *rest))

        async for shown in redraw(app, who, run, colours=colours):
            yield shown

    chat.retry(retried, inputs, layout.streaming, **PRIVATE)
    chat.edit(edited, inputs, layout.streaming, **PRIVATE)
    elsewhere = [page.sidebar.keys.panel, page.tabs, page.handed]
    chat.option_select(picked, inputs, [*layout.streaming, *elsewhere], **PRIVATE)
    chat.example_select(tried, inputs, layout.streaming, **PRIVATE)


def _wire_pictures(page: Page[ChatVisits], layout: Layout) -> None:
    app = page.app

    async def attached(paths: object, request: gr.Request) -> AsyncGenerator[list[object]]:
        async for shown in attach(app, app.who(request), paths):
            yield shown

    def detached(request: gr.Request, event: gr.EventData) -> str:
        return detach(app, app.who(request), event.number)

    outputs = [layout.waiting, layout.notice]
    layout.attach.upload(attached, layout.attach, outputs, concurrency_limit=_CLEANED_AT_ONCE, **PRIVATE)
    layout.waiting.remove(detached, None, layout.waiting, **PRIVATE)


def _wire_rest(page: Page[ChatVisits], layout: Layout) -> None:
    app, models = page.app, page.sidebar.models
    frame = [*layout.columns, *layout.heads, *layout.chats]

    async def framed(chosen_models: list[str], colours: bool, request: gr.Request) -> list[object]:
        return await lay_columns(app, app.who(request), chosen_models, colours=colours)

    def recoloured(colours: bool, request: gr.Request) -> list[object]:
        who = app.who(request)
        show = app.show(who, colours=colours)
        return [gr.update(value=legend(show), visible=colours), *drawn(show, app.visits.load(who.visitor))]

    def opened(request: gr.Request) -> list[object]:
        return open_tab(app, app.who(request))

    def preset_chosen(name: str, request: gr.Request) -> list[object]:
        return choose_preset(app, app.who(request), name)

    def received(handed: dict[str, Any] | None, request: gr.Request) -> list[object]:
        return receive(app, app.who(request), handed)

    def stopped(request: gr.Request) -> None:
        app.visits.stop(app.who(request).visitor)

    def undone(colours: bool, request: gr.Request) -> list[object]:
        who = app.who(request)
        conversation, question = app.visits.undo(who.visitor)
        return settle(app, who, conversation, question, colours=colours)

    def cleared(request: gr.Request) -> list[object]:
        who = app.who(request)
        return settle(app, who, app.visits.clear(who.visitor), "")

    def led(request: gr.Request, event: gr.EventData) -> list[object]:
        told = hand_over(app.visits.load(app.who(request).visitor), event.turn, event.column)
        return [gr.skip(), gr.skip()] if told is None else [gr.Tabs(selected="sampling"), told]

    layout.leads.lead(led, None, [page.tabs, page.handed], **PRIVATE)
    kept = [layout.system, layout.preset, *layout.chats, layout.pictures, layout.waiting]
    page.blocks.load(opened, None, kept, **PRIVATE)
    models.change(framed, [models, layout.colours], frame, **PRIVATE)
    page.blocks.load(framed, [models, layout.colours], frame, **PRIVATE)
    layout.colours.input(recoloured, layout.colours, [layout.legend, *layout.chats], **PRIVATE)
    told = [layout.system, page.sidebar.sampling["temperature"], layout.grounded]
    layout.preset.input(preset_chosen, layout.preset, told, **PRIVATE)
    page.handed.change(received, page.handed, [layout.preset, *told], **PRIVATE)
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
