"""A run on the page: drawn as it goes on, left, and followed where it was begun before or elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr
from gradio.events import Dependency

from playground.asking.pump import HEARTBEAT
from playground.page.parts.render import Renderer
from playground.page.parts.screen import Screen, no_change
from playground.page.program import PRIVATE, App, Page
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.pictures import MessagePicture
from playground.tabs.chat.page.drawing import RunColumns, draw_question_pictures, draw_sending, draw_waiting_pictures
from playground.tabs.chat.page.events.conversation import unchanged_chats
from playground.tabs.chat.page.fields import ChatWho, who_at
from playground.tabs.chat.page.layout import ChatLayout
from playground.tabs.chat.visit.visits import ChatVisits
from providers.errors import Failure, PlaygroundError

StartRun = Callable[[], AsyncGenerator[Conversation]]
"""Begins a run; what is wrong with the fields is raised when it is called, and shown as what goes wrong later is."""
STREAMED: Mapping[str, Any] = {**PRIVATE, "preprocess": False, "postprocess": False}
"""Gradio looks at each value in a thread, one after the other: fifteen when a message is sent, eight with every redraw.
What comes in is checked by `checked_choices` and `checked_text` all the same; what is shown has Gradio's form already.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyScreen(Screen):
    """What a run redraws: a Chatbot each column, what becomes of the message, notices, images sent and waiting."""

    chats: list[object] = field(default_factory=unchanged_chats)
    sending: object = no_change()
    notice: object = no_change()
    pictures: object = no_change()
    waiting: object = no_change()

    def outputs(self) -> list[object]:
        return [*self.chats, self.sending, self.notice, self.pictures, self.waiting]


def wire_following(page: Page[ChatVisits], layout: ChatLayout, opened: Sequence[Dependency]) -> None:
    """After each of these events the page may show a conversation in which a reply arrives."""
    app = page.app

    async def on_follow(request: gr.Request, conversation: str, colours: bool) -> AsyncGenerator[list[object]]:
        async with aclosing(follow_run(app, who_at(app, request, conversation), colours=colours)) as screens:
            async for screen in screens:
                yield screen.outputs()

    for event in opened:
        event.then(
            on_follow, [layout.conversation, layout.colours], layout.reply_outputs, concurrency_limit=None, **STREAMED
        )


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
    shown, waiting = ReplyScreen(), _WaitingPictures(app, who)
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
                    chats = columns.draw(conversation)
                    shown = replace(shown, chats=chats, sending=running, notice="", waiting=waiting.draw())
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
        kept = await app.visits.load_in_thread(who.key)
        shown = ReplyScreen(pictures=await _draw_pictures(columns.show, kept))
    notice = "" if failure is None else columns.show.alert(Failure.of(failure))
    here = columns.show.text("model.local") if run is not None and not run.gave_way else ""
    ran = run.computed_here if run is not None and here else ()
    sending = draw_sending(running=False, unsent="" if failure is None else question, ran=ran, here=here)
    yield replace(shown, sending=sending, notice=notice, waiting=waiting.draw())


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
    kept, here = await app.visits.load_in_thread(who.key), columns.show.text("model.local")
    sending = draw_sending(running=False, ran=run.computed_here, here=here)
    yield ReplyScreen(chats=columns.draw(kept), sending=sending)


async def _draw_pictures(show: Renderer, conversation: Conversation) -> str:
    """By a thread where there are any: they have megabytes."""
    if not any(turn.pictures for turn in conversation.turns):
        return draw_question_pictures(show, conversation)
    return await asyncio.to_thread(draw_question_pictures, show, conversation)


@dataclass(slots=True)
class _WaitingPictures:
    """Drawn anew only where they have changed."""

    app: App[ChatVisits]
    who: ChatWho
    _drawn: tuple[tuple[MessagePicture, ...], str] | None = None

    def draw(self) -> str:
        waiting = self.app.visits.attachments.of(self.who.key)
        if self._drawn is None or self._drawn[0] != waiting:
            self._drawn = waiting, draw_waiting_pictures(self.app.show(self.who), waiting)
        return self._drawn[1]
