"""The conversation as it stands: opened, laid out in columns, undone, handed over to Sampling, exported."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

import gradio as gr
from gradio.events import Dependency

from playground.asking.reply import Reply
from playground.languages import in_language
from playground.page.parts.active import wire_active
from playground.page.parts.clearing import wire_model_alerts
from playground.page.parts.downloads import File, wire_downloads
from playground.page.parts.render import Renderer, legend
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.verbatim import plain
from playground.page.program import PRIVATE, App, Page, Who
from playground.sqlite import StorageFailed
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.export import to_json, to_markdown, to_python
from playground.tabs.chat.lab.presets import examples
from playground.tabs.chat.page.assistants import assistant_names, assistant_of, offered_assistants
from playground.tabs.chat.page.drawing import draw_lost, draw_question_pictures, draw_waiting_pictures, messages
from playground.tabs.chat.page.entries import draw_last
from playground.tabs.chat.page.fields import ChatWho, who_at
from playground.tabs.chat.page.layout import ChatLayout
from playground.tabs.chat.visit.visits import ChatVisits
from playground.visitors.checks import MAX_COLUMNS
from playground.visitors.model_names import full_name
from providers import registry
from providers.errors import Failure

_FRAME = 3 * MAX_COLUMNS
"""Whether a column is there, its head, its messages."""


def unchanged_chats() -> list[object]:
    """The columns stay as they are."""
    return [gr.skip()] * MAX_COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatScreen(Screen):
    """What a run redraws: a Chatbot each column, the box, the place of notices, the images sent and those that wait."""

    chats: list[object] = field(default_factory=unchanged_chats)
    message: object = no_change()
    notice: object = no_change()
    pictures: object = no_change()
    waiting: object = no_change()

    def outputs(self) -> list[object]:
        return [*self.chats, self.message, self.notice, self.pictures, self.waiting]


def wire_conversation(page: Page[ChatVisits], layout: ChatLayout) -> Dependency:
    """Everything that changes or shows the conversation without asking a model. The event that opens the page."""
    app, models = page.app, page.sidebar.models

    async def on_models(
        conversation: str, models: list[str], colours: bool, request: gr.Request
    ) -> AsyncGenerator[list[object]]:
        who = who_at(app, request, conversation)
        async with aclosing(follow_models(app, who, models, colours=colours)) as layouts:
            async for layout_now in layouts:
                yield layout_now

    def on_colours(conversation: str, colours: bool, request: gr.Request) -> list[object]:
        who = who_at(app, request, conversation)
        show = app.show(who, colours=colours)
        return [gr.update(value=legend(show), visible=colours), *columns(show, app.visits.load(who.key))]

    def on_load(conversation: str, request: gr.Request) -> list[object]:
        return open_tab(app, who_at(app, request, conversation))

    def on_stop(conversation: str, request: gr.Request) -> None:
        app.visits.stop(who_at(app, request, conversation).key)

    async def on_leave(conversation: str, request: gr.Request) -> None:
        """The page is about to be read again in another language: a reply under way goes on, and is followed there."""
        await app.visits.views.leave(who_at(app, request, conversation).page)

    def on_undo(conversation: str, colours: bool, request: gr.Request) -> list[object]:
        return undo(app, who_at(app, request, conversation), colours=colours).outputs()

    def on_lead(conversation: str, request: gr.Request, event: gr.EventData) -> list[object]:
        who = who_at(app, request, conversation)
        handed = hand_over(who, app.visits.load(who.key), event.turn, event.column)
        return [gr.skip(), gr.skip()] if handed is None else [gr.Tabs(selected="sampling"), handed]

    this, coloured = layout.conversation, [layout.conversation, layout.colours]
    layout.leads.lead(on_lead, this, [page.tabs, page.inboxes["sampling"]], **PRIVATE)
    about = [layout.grounded, layout.names, layout.notice, layout.pictures, layout.waiting]
    kept = [layout.system, layout.preset, *layout.chats, *about]
    opened = page.blocks.load(on_load, this, kept, **PRIVATE)
    for event in (page.sidebar.chosen.change, opened.then):
        event(on_models, [this, models, layout.colours], layout.frame, concurrency_limit=None, **PRIVATE)
    for switch in page.switches:
        switch.click(on_leave, this, None, queue=False, **PRIVATE)
    wire_model_alerts(page, layout.notice)
    for event in (layout.colours.input, page.restored.change):
        event(on_colours, coloured, [layout.legend, *layout.chats], **PRIVATE)
    layout.message.stop(on_stop, this, None, queue=False, **PRIVATE)
    layout.undo.click(on_undo, coloured, layout.outputs, **PRIVATE)
    for chat in layout.chats:
        chat.undo(on_undo, coloured, layout.outputs, **PRIVATE)
    parameters = {f"parameter.{name}.label": control for name, control in page.sidebar.sampling.items()}
    wire_active(app, parameters, [layout.active], before=[layout.preset, layout.names, layout.system])

    def export(who: Who, kind: str, conversation: object) -> File:
        return export_conversation(app, ChatWho.of(who, conversation), kind)

    wire_downloads(app, layout.exports, layout.file, export, this)
    return opened


def columns(show: Renderer, conversation: Conversation) -> list[object]:
    """The messages of every column."""
    return [messages(show, conversation, number) for number in range(MAX_COLUMNS)]


def settle(
    app: App[ChatVisits], who: ChatWho, conversation: Conversation, question: str, *, colours: bool = False
) -> ChatScreen:
    """A conversation in which nothing runs; `question` stands in the box."""
    show = app.show(who, colours=colours)
    return ChatScreen(
        chats=columns(show, conversation),
        message=gr.update(value=question),
        notice=draw_lost(show, conversation),
        pictures=draw_question_pictures(show, conversation),
        waiting=draw_waiting_pictures(show, app.visits.attachments.of(who.key)),
    )


def undo(app: App[ChatVisits], who: ChatWho, *, colours: bool = False) -> ChatScreen:
    """The conversation without its last turn, whose question stands in the box again."""
    try:
        kept, question = app.visits.undo(who.key)
    except StorageFailed as error:
        return ChatScreen(notice=app.show(who).alert(Failure.of(error)))
    return settle(app, who, kept, question, colours=colours)


async def lay_columns(
    app: App[ChatVisits], who: ChatWho, models: Sequence[str], *, colours: bool = False
) -> list[object]:
    """One column a model, with its head; nothing runs yet. A name nobody knows is shown as it is."""
    shown = list(models)[:MAX_COLUMNS] or [app.settings.model]
    show, conversation = app.show(who, colours=colours), await app.visits.arrange(who.key, shown)
    heads = await draw_heads(app, who, shown)
    visible = [gr.update(visible=number < len(shown)) for number in range(MAX_COLUMNS)]
    return [*visible, *heads, *columns(show, conversation)]


async def follow_models(
    app: App[ChatVisits], who: ChatWho, models: Sequence[str], *, colours: bool = False
) -> AsyncGenerator[list[object]]:
    """One column for each model; while a run goes on, for each of its own: no name stands over another's reply.

    Where the page was given another conversation meanwhile, or other models, those columns are laid out already.
    A message may be sent and answered while the columns are on their way: what is kept by then is drawn over them.
    """
    begun = app.visits.views.begin_layout(who.key)
    shown: Conversation | None = None
    with app.visits.views.at(who.page) as view:
        while shown != await app.visits.load_in_thread(who.key):
            while (run := app.visits.running(who.key)) is not None:
                yield await lay_columns(app, who, run.choices.models, colours=colours)
                await view.wait(run.ended)
                if view.left.is_set():
                    return
            if not app.visits.views.is_latest(who.key, begun):  # nor may it arrange the replies after its own models
                break
            shown = await app.visits.load_in_thread(who.key)
            laid = await lay_columns(app, who, models, colours=colours)
            if not app.visits.views.is_latest(who.key, begun):
                break
            yield laid
    yield [gr.skip()] * _FRAME  # what an event gave last is drawn once more when it ends


async def draw_heads(app: App[ChatVisits], who: Who, models: Sequence[str]) -> list[object]:
    """The name of each column's model and where that is, which changes once its weights have been fetched."""
    show, known = app.show(who), await app.models(who)
    heads: list[object] = [show.head(known.get(ref), ref) for ref in models[:MAX_COLUMNS]]
    return heads + [""] * (MAX_COLUMNS - len(heads))


def open_tab(app: App[ChatVisits], who: ChatWho) -> list[object]:
    """The conversation as it was left, or the way to the last one, presets and examples, the images that wait."""
    show, conversation = app.show(who), app.visits.load(who.key)
    tries = [
        {"text": in_language(example.text, who.language), "display_text": in_language(example.title, who.language)}
        for example in examples()
    ]
    chats = [
        gr.update(value=value, examples=tries if number == 0 else None)
        for number, value in enumerate(columns(show, conversation))
    ]
    waiting = draw_waiting_pictures(show, app.visits.attachments.of(who.key))
    assistant, grounded = assistant_of(app, who, conversation)
    preset = gr.update(choices=offered_assistants(app, who), value=assistant)
    last = None if conversation.turns else app.visits.kept.history.latest(who.visitor)
    notice = draw_lost(show, conversation) or ("" if last is None else draw_last(show, last))
    pictures, names = draw_question_pictures(show, conversation), assistant_names(app, who)
    return [conversation.system, preset, *chats, grounded, names, notice, pictures, waiting]


def hand_over(who: ChatWho, conversation: Conversation, turn: object, column: object) -> dict[str, object] | None:
    """What the Sampling tab is told of a reply; `None` for one that is not there."""
    if not isinstance(turn, int) or not isinstance(column, int) or not 0 <= turn < len(conversation.turns):
        return None
    handed = {"tab": "sampling", "conversation": who.conversation, "turn": turn, "column": column}
    return {
        **handed,
        "question": conversation.turns[turn].question,
        "at": time.time_ns(),
    }  # asked for twice, it is handed over twice


def export_conversation(app: App[ChatVisits], who: ChatWho, kind: str) -> File:
    """The conversation as a file: "json", "markdown", or a program in Python."""
    conversation = app.visits.load(who.key)
    match kind:
        case "json":
            return {"name": "aula-chat.json", "type": "application/json", "content": to_json(conversation)}
        case "markdown":
            show = app.show(who)

            def describe_failure(failure: Failure) -> str:
                return f"{show.message(failure)} {show.hint(failure)}"

            def facts(reply: Reply) -> str:
                return " · ".join(filter(None, (plain(show.facts(reply)), show.parameters(reply))))

            content = to_markdown(
                conversation, who.text("chat.you"), who.text("chat.image_alone"), describe_failure, facts
            )
            return {"name": "aula-chat.md", "type": "text/markdown", "content": content}
        case _:
            named = partial(full_name, providers=registry.names(app.reach.catalog))
            content = to_python(conversation, app.reach.catalog.endpoints, named, who.text("chat.program"))
            return {"name": "aula_chat.py", "type": "text/x-python", "content": content}
