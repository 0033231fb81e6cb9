"""Everything that makes models answer: a question sent, edited or taken from the examples; a reply asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr
from gradio.events import Dependency

from playground.asking.pump import HEARTBEAT
from playground.page.parts.render import CONTINUE, COPY, KEYS, LONGER, SAMPLING, Renderer
from playground.page.parts.screen import Screen, unchanged
from playground.page.parts.verbatim import tags_typed
from playground.page.program import PRIVATE, App, Page
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.page.drawing import (
    RunColumns,
    as_gradio_has_it,
    draw_question_pictures,
    draw_sending,
    draw_waiting_pictures,
    messages,
)
from playground.tabs.chat.page.events.conversation import hand_over, unchanged_chats
from playground.tabs.chat.page.fields import ChatWho, checked_choices, who_at
from playground.tabs.chat.page.layout import ChatLayout
from playground.tabs.chat.visit.run import Choices
from playground.tabs.chat.visit.visits import ChatVisits
from playground.visitors.checks import MAX_COLUMNS, checked_text
from playground.web.scripts import script_function
from providers.errors import Failure, PlaygroundError

StartRun = Callable[[], AsyncGenerator[Conversation]]
"""Begins a run; what is wrong with the fields is raised when it is called, and shown as what goes wrong later is."""


_STREAMED: Mapping[str, Any] = {**PRIVATE, "preprocess": False, "postprocess": False}
"""Gradio looks at each value in a thread, one after the other: fifteen when a message is sent, eight with every redraw.
What comes in is checked by `checked_choices` and `checked_text` all the same; what is shown has Gradio's form already.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyScreen(Screen):
    """What a run redraws: a Chatbot each column, what becomes of the message, notices, images sent and waiting."""

    chats: list[object] = field(default_factory=unchanged_chats)
    sending: object = unchanged()
    notice: object = unchanged()
    pictures: object = unchanged()
    waiting: object = unchanged()

    def outputs(self) -> list[object]:
        return [*self.chats, self.sending, self.notice, self.pictures, self.waiting]


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
    layout.message.submit(on_send, [layout.message, *inputs], layout.streamed, js=empty, **_STREAMED)
    layout.regenerate.click(on_regenerate, inputs, layout.streamed, **_STREAMED)
    layout.proceed.click(on_proceed, inputs, layout.streamed, **_STREAMED)
    layout.sending.change(None, layout.sending, layout.message, js=script_function("chat/show_sending"), **PRIVATE)
    for number, chat in enumerate(layout.chats):
        _wire_column(page, layout, number, chat)


def wire_following(page: Page[ChatVisits], layout: ChatLayout, opened: Sequence[Dependency]) -> None:
    """After each of these events the page may show a conversation in which a reply arrives."""
    app = page.app

    async def on_follow(request: gr.Request, conversation: str, colours: bool) -> AsyncGenerator[list[object]]:
        async with aclosing(follow_run(app, who_at(app, request, conversation), colours=colours)) as screens:
            async for screen in screens:
                yield screen.outputs()

    for event in opened:
        event.then(
            on_follow, [layout.conversation, layout.colours], layout.streamed, concurrency_limit=None, **_STREAMED
        )


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
        kept = await visits.loaded(who.key)

        def start() -> AsyncGenerator[Conversation]:
            shown = messages(app.show(who), kept, number)
            turn = turn_of(shown, event.index if isinstance(event.index, int) else event.index[0])
            text = checked_text(tags_typed(event.value), app.bounds)
            return visits.resend(who.key, turn, text, checked_choices(page, who, rest))

        async for screen in stream(app, who, start, colours=colours):
            yield screen.outputs()

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

    chat.retry(on_retry, inputs, layout.streamed, **_STREAMED)
    chat.edit(on_edit, inputs, layout.streamed, **_STREAMED)
    elsewhere = [page.sidebar.keys.panel, page.tabs, page.handed]
    chat.option_select(on_option, inputs, [*layout.streamed, *elsewhere], **_STREAMED)
    chat.example_select(on_example, inputs, layout.streamed, **_STREAMED)


async def _lead(page: Page[ChatVisits], who: ChatWho, value: object, column: int) -> list[object] | None:
    """To the key panel, or to Sampling with the last reply of a column; `None` for a button that leads nowhere else."""
    if value == KEYS:
        return [*ReplyScreen().outputs(), gr.update(open=True), gr.skip(), gr.skip()]
    if value != SAMPLING:
        return None
    kept = await page.app.visits.loaded(who.key)
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


async def stream(
    app: App[ChatVisits], who: ChatWho, start: StartRun, question: str = "", *, colours: bool = False
) -> AsyncGenerator[ReplyScreen]:
    """A run as it goes on. What could not be sent goes back into the box; its images still wait.

    An unchanged value is given again instead of being skipped: for what is skipped Gradio makes the component anew and
    derives its whole schema, which is most of the time of a redraw. The turns before the last are drawn once. Where the
    page is given another conversation, nothing more is drawn, and the run goes on by itself.
    """
    columns = RunColumns(app.show(who, colours=colours))
    running, run = draw_sending(running=True), None
    failure: PlaygroundError | None = None
    shown = ReplyScreen()
    with app.visits.views.at(who.page) as view:
        try:
            async with AsyncExitStack() as held:
                conversations = await held.enter_async_context(aclosing(start()))
                async for conversation in conversations:
                    if run is None:
                        run = app.visits.running(who.key)
                        shown = replace(shown, pictures=await _draw_pictures(columns.show, conversation))
                    if view.left.is_set():
                        held.pop_all()
                        app.visits.finish(conversations)
                        break
                    if run is not None and run.gave_way:
                        continue
                    chats, waiting = columns.draw(conversation), _draw_waiting(app, who)
                    shown = replace(shown, chats=chats, sending=running, notice="", waiting=waiting)
                    yield shown
        except PlaygroundError as error:
            failure = error
        if view.left.is_set():
            yield ReplyScreen(sending=draw_sending(running=False))
            return
    if failure is None and app.visits.running(who.key) is not None:  # another one, and it draws
        yield ReplyScreen()
        return
    if run is None or run.gave_way:  # what is shown by now is not this run's
        kept = await app.visits.loaded(who.key)
        shown = ReplyScreen(pictures=await _draw_pictures(columns.show, kept))
    notice = "" if failure is None else columns.show.alert(Failure.of(failure))
    here = columns.show.text("model.local") if run is not None and not run.gave_way else ""
    ran = run.computed_here if run is not None and here else ()
    sending = draw_sending(running=False, unsent="" if failure is None else question, ran=ran, here=here)
    yield replace(shown, sending=sending, notice=notice, waiting=_draw_waiting(app, who))


async def follow_run(app: App[ChatVisits], who: ChatWho, *, colours: bool = False) -> AsyncGenerator[ReplyScreen]:
    """What goes on in the conversation that the page was given, begun before or on another page."""
    if (run := app.visits.running(who.key)) is None:
        yield ReplyScreen()  # Gradio empties the places of whoever gives nothing
        return
    columns, running = RunColumns(app.show(who, colours=colours)), draw_sending(running=True)
    with app.visits.views.at(who.page) as view:
        while not run.ended.is_set() and not run.gave_way and not view.left.is_set():
            yield ReplyScreen(chats=columns.draw(run.conversation), sending=running)
            await view.wait(run.ended, HEARTBEAT)
        if view.left.is_set():
            yield ReplyScreen(sending=draw_sending(running=False))
            return
    if run.gave_way:  # another run's page draws it, or nothing is left to draw
        yield ReplyScreen(sending=draw_sending(running=app.visits.running(who.key) is not None))
        return
    kept, here = await app.visits.loaded(who.key), columns.show.text("model.local")
    sending = draw_sending(running=False, ran=run.computed_here, here=here)
    yield ReplyScreen(chats=columns.draw(kept), sending=sending)


async def _draw_pictures(show: Renderer, conversation: Conversation) -> str:
    """By a thread where there are any: they have megabytes."""
    if not any(turn.pictures for turn in conversation.turns):
        return draw_question_pictures(show, conversation)
    return await asyncio.to_thread(draw_question_pictures, show, conversation)


def _draw_waiting(app: App[ChatVisits], who: ChatWho) -> str:
    return draw_waiting_pictures(app.show(who), app.visits.attachments.of(who.key))


def turn_of(messages: Sequence[dict[str, object]], index: int) -> int:
    """The turn that a message of a column belongs to."""
    return max(0, sum(message["role"] == "user" for message in messages[: index + 1]) - 1)
