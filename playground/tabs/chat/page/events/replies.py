"""Everything that makes models answer: a question sent, edited or taken from the examples; a reply asked for again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from playground.page.parts.render import CONTINUE, COPY, KEYS, LONGER, SAMPLING
from playground.page.parts.verbatim import tags_typed
from playground.page.program import PRIVATE, App, Page
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.page.drawing import as_gradio_has_it, messages
from playground.tabs.chat.page.events.conversation import hand_over
from playground.tabs.chat.page.events.runs import STREAMED, ReplyScreen, stream
from playground.tabs.chat.page.fields import ChatWho, checked_choices, who_at
from playground.tabs.chat.page.layout import ChatLayout
from playground.tabs.chat.visit.run import Choices
from playground.tabs.chat.visit.visits import ChatVisits
from playground.visitors.checks import MAX_COLUMNS, checked_text
from playground.web.scripts import script_function
from providers.errors import Failure, PlaygroundError


def wire_replies(page: Page[ChatVisits], layout: ChatLayout) -> None:
    """All of it redraws the same outputs."""
    app, visits = page.app, page.app.visits
    inputs = [layout.conversation, layout.colours, *layout.choices(page)]

    async def on_send(
        request: gr.Request, question: str, conversation: str, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = who_at(app, request, conversation)

        def start() -> AsyncGenerator[Conversation]:
            pictures = visits.attachments.of(who.key)
            text = checked_text(question, app.bounds)
            return visits.send(who.key, text, checked_choices(page, who, rest), pictures)

        async for screen in stream(app, who, start, question, colours=colours):
            yield screen.outputs()

    async def on_regenerate(
        request: gr.Request, conversation: str, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = who_at(app, request, conversation)

        def start() -> AsyncGenerator[Conversation]:
            return visits.regenerate(who.key, checked_choices(page, who, rest))

        async for screen in stream(app, who, start, colours=colours):
            yield screen.outputs()

    async def on_proceed(
        request: gr.Request, conversation: str, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = who_at(app, request, conversation)

        def start() -> AsyncGenerator[Conversation]:
            return visits.proceed(who.key, checked_choices(page, who, rest))

        async for screen in stream(app, who, start, colours=colours):
            yield screen.outputs()

    empty = script_function("chat/empty_message")
    layout.message.submit(on_send, [layout.message, *inputs], layout.reply_outputs, js=empty, **STREAMED)
    layout.regenerate.click(on_regenerate, inputs, layout.reply_outputs, **STREAMED)
    layout.proceed.click(on_proceed, inputs, layout.reply_outputs, **STREAMED)
    layout.sending.change(None, layout.sending, layout.message, js=script_function("chat/show_sending"), **PRIVATE)
    for number, chat in enumerate(layout.chats):
        _wire_column(page, layout, number, chat)
        _wire_options(page, layout, number, chat)


def _wire_column(page: Page[ChatVisits], layout: ChatLayout, number: int, chat: gr.Chatbot) -> None:
    app, visits = page.app, page.app.visits
    inputs = [layout.conversation, layout.colours, *layout.choices(page)]

    async def on_retry(
        request: gr.Request, conversation: str, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = who_at(app, request, conversation)

        def start() -> AsyncGenerator[Conversation]:
            return visits.regenerate(who.key, checked_choices(page, who, rest), number)

        async for screen in stream(app, who, start, colours=colours):
            yield screen.outputs()

    async def on_edit(
        request: gr.Request, event: gr.EditData, conversation: str, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = who_at(app, request, conversation)
        kept = await visits.load_in_thread(who.key)

        def start() -> AsyncGenerator[Conversation]:
            shown = messages(app.show(who), kept, number)
            turn = turn_of(shown, event.index if isinstance(event.index, int) else event.index[0])
            text = checked_text(tags_typed(event.value), app.bounds)
            return visits.resend(who.key, turn, text, checked_choices(page, who, rest))

        async for screen in stream(app, who, start, colours=colours):
            yield screen.outputs()

    chat.retry(on_retry, inputs, layout.reply_outputs, **STREAMED)
    chat.edit(on_edit, inputs, layout.reply_outputs, **STREAMED)


def _wire_options(page: Page[ChatVisits], layout: ChatLayout, number: int, chat: gr.Chatbot) -> None:
    """What is offered in a column: the buttons under its last reply, and examples where there is none."""
    app, visits = page.app, page.app.visits
    inputs = [layout.conversation, layout.colours, *layout.choices(page)]

    async def on_option(
        request: gr.Request, event: gr.SelectData, conversation: str, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        """A button under a reply: enter a key, see how it was sampled, go on, or ask again."""
        who = who_at(app, request, conversation)
        if (led := await _lead(page, who, event.value, number)) is not None:
            yield led
            return
        if event.value == COPY:
            screen = await copy_first(page, who, rest, number, colours=colours)
            yield [*screen.outputs(), gr.skip(), gr.skip(), gr.skip()]
            return
        again = visits.proceed if event.value == CONTINUE else visits.regenerate

        def start() -> AsyncGenerator[Conversation]:
            choices = checked_choices(page, who, rest)
            return again(who.key, _longer(app, choices) if event.value == LONGER else choices, number)

        async for screen in stream(app, who, start, colours=colours):
            yield [*screen.outputs(), gr.skip(), gr.skip(), gr.skip()]

    async def on_example(
        request: gr.Request, event: gr.SelectData, conversation: str, colours: bool, *rest: Any
    ) -> AsyncGenerator[list[object]]:
        who = who_at(app, request, conversation)

        def start() -> AsyncGenerator[Conversation]:
            text = checked_text(event.value["text"], app.bounds)
            return visits.send(who.key, text, checked_choices(page, who, rest))

        async for screen in stream(app, who, start, colours=colours):
            yield screen.outputs()

    elsewhere = [page.sidebar.keys.panel, page.tabs, page.inboxes["sampling"]]
    chat.option_select(on_option, inputs, [*layout.reply_outputs, *elsewhere], **STREAMED)
    chat.example_select(on_example, inputs, layout.reply_outputs, **STREAMED)


async def _lead(page: Page[ChatVisits], who: ChatWho, value: object, column: int) -> list[object] | None:
    """To the key panel, or to Sampling with the last reply of a column; `None` for a button that leads nowhere else."""
    if value == KEYS:
        return [*ReplyScreen().outputs(), gr.update(open=True), gr.skip(), gr.skip()]
    if value != SAMPLING:
        return None
    kept = await page.app.visits.load_in_thread(who.key)
    handed = hand_over(who, kept, len(kept.turns) - 1, column)  # options are the last message's
    return [*ReplyScreen().outputs(), gr.skip(), gr.Tabs(selected="sampling"), handed]


async def copy_first(
    page: Page[ChatVisits], who: ChatWho, values: Sequence[Any], column: int, *, colours: bool = False
) -> ReplyScreen:
    """The columns, of which that one goes on from the first one's replies; or what is wrong with the fields."""
    app = page.app
    show = app.show(who, colours=colours)
    try:
        conversation = await app.visits.copy(who.key, checked_choices(page, who, values).models, column)
    except PlaygroundError as error:
        return ReplyScreen(notice=show.alert(Failure.of(error)))
    return ReplyScreen(chats=[as_gradio_has_it(messages(show, conversation, place)) for place in range(MAX_COLUMNS)])


def _longer(app: App[ChatVisits], choices: Choices) -> Choices:
    """With twice as many tokens for the reply, as far as the page allows."""
    most = app.sessions.limits.tokens(None)
    wanted = choices.sampling.max_tokens or most
    return replace(choices, sampling=replace(choices.sampling, max_tokens=min(2 * wanted, most)))


def turn_of(messages: Sequence[dict[str, object]], index: int) -> int:
    """The turn that a message of a column belongs to."""
    return max(0, sum(message["role"] == "user" for message in messages[: index + 1]) - 1)
