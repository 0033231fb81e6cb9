"""Everything that makes models answer: a question sent, edited or taken from the examples; a reply asked for again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

import gradio as gr

from playground.page.parts.render import CONTINUE, KEYS, SAMPLING, tags_typed
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.page.drawing import draw_question_pictures, draw_waiting_pictures, messages
from playground.tabs.chat.page.events.conversation import ChatScreen, hand_over
from playground.tabs.chat.page.fields import checked_choices
from playground.tabs.chat.page.layout import ChatLayout
from playground.tabs.chat.visit.visits import ChatVisits
from playground.visitors.checks import MAX_COLUMNS, checked_text
from playground.web.scripts import script_function
from providers.errors import Failure, PlaygroundError

StartRun = Callable[[], AsyncGenerator[Conversation]]
"""Begins a run; what is wrong with the fields is raised when it is called, and shown as what goes wrong later is."""


def wire_replies(page: Page[ChatVisits], layout: ChatLayout) -> None:
    """All of it redraws the same outputs."""
    app, visits = page.app, page.app.visits
    inputs = [layout.colours, *layout.choices(page)]

    async def on_send(request: gr.Request, question: str, colours: bool, *rest: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)

        def start() -> AsyncGenerator[Conversation]:
            pictures = visits.attachments.of(who.visitor)
            text = checked_text(question, app.bounds)
            return visits.send(who.visitor, text, checked_choices(page, who, rest), pictures)

        async for screen in stream(app, who, start, question, colours=colours):
            yield screen.outputs()

    async def on_regenerate(request: gr.Request, colours: bool, *rest: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)

        def start() -> AsyncGenerator[Conversation]:
            return visits.regenerate(who.visitor, checked_choices(page, who, rest))

        async for screen in stream(app, who, start, colours=colours):
            yield screen.outputs()

    async def on_proceed(request: gr.Request, colours: bool, *rest: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)

        def start() -> AsyncGenerator[Conversation]:
            return visits.proceed(who.visitor, checked_choices(page, who, rest))

        async for screen in stream(app, who, start, colours=colours):
            yield screen.outputs()

    empty = script_function("chat/empty_message")
    layout.message.submit(on_send, [layout.message, *inputs], layout.outputs, js=empty, **PRIVATE)
    layout.regenerate.click(on_regenerate, inputs, layout.outputs, **PRIVATE)
    layout.proceed.click(on_proceed, inputs, layout.outputs, **PRIVATE)
    for number, chat in enumerate(layout.chats):
        _wire_column(page, layout, number, chat)


def _wire_column(page: Page[ChatVisits], layout: ChatLayout, number: int, chat: gr.Chatbot) -> None:
    app, visits = page.app, page.app.visits
    inputs = [layout.colours, *layout.choices(page)]

    async def on_retry(request: gr.Request, colours: bool, *rest: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)

        def start() -> AsyncGenerator[Conversation]:
            return visits.regenerate(who.visitor, checked_choices(page, who, rest), number)

        async for screen in stream(app, who, start, colours=colours):
            yield screen.outputs()

    async def on_edit(
        request: gr.Request, event: gr.EditData, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = app.who(request)

        def start() -> AsyncGenerator[Conversation]:
            shown = messages(app.show(who), visits.load(who.visitor), number)
            turn = turn_of(shown, event.index if isinstance(event.index, int) else event.index[0])
            text = checked_text(tags_typed(event.value), app.bounds)
            return visits.resend(who.visitor, turn, text, checked_choices(page, who, rest))

        async for screen in stream(app, who, start, colours=colours):
            yield screen.outputs()

    async def on_option(
        request: gr.Request, event: gr.SelectData, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        """A button under a reply: enter a key, see how it was sampled, go on, or ask again."""
        who = app.who(request)
        if event.value == KEYS:
            yield [*ChatScreen().outputs(), gr.update(open=True), gr.skip(), gr.skip()]
            return
        if event.value == SAMPLING:
            conversation = visits.load(who.visitor)
            handed = hand_over(conversation, len(conversation.turns) - 1, number)  # options are the last message's
            yield [*ChatScreen().outputs(), gr.skip(), gr.Tabs(selected="sampling"), handed]
            return
        again = visits.proceed if event.value == CONTINUE else visits.regenerate

        def start() -> AsyncGenerator[Conversation]:
            return again(who.visitor, checked_choices(page, who, rest), number)

        async for screen in stream(app, who, start, colours=colours):
            yield [*screen.outputs(), gr.skip(), gr.skip(), gr.skip()]

    async def on_example(
        request: gr.Request, event: gr.SelectData, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = app.who(request)

        def start() -> AsyncGenerator[Conversation]:
            text = checked_text(event.value["text"], app.bounds)
            return visits.send(who.visitor, text, checked_choices(page, who, rest))

        async for screen in stream(app, who, start, colours=colours):
            yield screen.outputs()

    chat.retry(on_retry, inputs, layout.outputs, **PRIVATE)
    chat.edit(on_edit, inputs, layout.outputs, **PRIVATE)
    elsewhere = [page.sidebar.keys.panel, page.tabs, page.handed]
    chat.option_select(on_option, inputs, [*layout.outputs, *elsewhere], **PRIVATE)
    chat.example_select(on_example, inputs, layout.outputs, **PRIVATE)


async def stream(
    app: App[ChatVisits], who: Who, start: StartRun, question: str = "", *, colours: bool = False
) -> AsyncGenerator[ChatScreen]:
    """A run as it goes on. What could not be sent goes back into the box; its images still wait.

    An unchanged value is given again instead of being skipped: for what is skipped Gradio makes the component anew and
    derives its whole schema, which is most of the time of a redraw.
    """
    show = app.show(who, colours=colours)
    last: list[object] = [None] * MAX_COLUMNS
    chats: list[object] = [[] for _ in range(MAX_COLUMNS)]
    running, pictures = gr.update(submit_btn=False, stop_btn=True), None
    try:
        async with aclosing(start()) as conversations:
            async for conversation in conversations:
                replies = conversation.turns[-1].replies
                current: list[object] = [replies[n] if n < len(replies) else None for n in range(MAX_COLUMNS)]
                for n in range(MAX_COLUMNS):
                    if current[n] is not None and current[n] is not last[n]:
                        chats[n] = messages(show, conversation, n)
                pictures = draw_question_pictures(show, conversation) if pictures is None else pictures
                waiting = _draw_waiting(app, who)
                yield ChatScreen(chats=chats, message=running, notice="", pictures=pictures, waiting=waiting)
                last, running = current, gr.skip()
    except PlaygroundError as error:
        idle = gr.update(value=question, submit_btn=True, stop_btn=False)
        yield _end(app, who, idle, show.alert(Failure.of(error)))
    else:
        yield _end(app, who, gr.update(submit_btn=True, stop_btn=False), "")


def _end(app: App[ChatVisits], who: Who, message: object, notice: str) -> ChatScreen:
    """The images of the conversation as it is kept, and those that wait."""
    pictures = draw_question_pictures(app.show(who), app.visits.load(who.visitor))
    return ChatScreen(message=message, notice=notice, pictures=pictures, waiting=_draw_waiting(app, who))


def _draw_waiting(app: App[ChatVisits], who: Who) -> str:
    return draw_waiting_pictures(app.show(who), app.visits.attachments.of(who.visitor))


def turn_of(messages: Sequence[dict[str, object]], index: int) -> int:
    """The turn that a message of a column belongs to."""
    return max(0, sum(message["role"] == "user" for message in messages[: index + 1]) - 1)
