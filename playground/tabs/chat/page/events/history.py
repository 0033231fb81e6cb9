"""The visitor's conversations: begun, opened, listed, found, pinned, renamed, deleted, exported."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import gradio as gr
from gradio.events import Dependency

from playground.page.parts.downloads import File, wire_downloads
from playground.page.parts.screen import Screen, no_change
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.sqlite import StorageFailed
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.entry import Entry, to_json_of_all
from playground.tabs.chat.page.assistants import assistant_of
from playground.tabs.chat.page.drawing import draw_lost, draw_question_pictures, draw_waiting_pictures
from playground.tabs.chat.page.entries import draw_before, draw_deleted, draw_entries, draw_unreadable
from playground.tabs.chat.page.events.conversation import lay_columns
from playground.tabs.chat.page.fields import ChatWho, who_at
from playground.tabs.chat.page.layout import ChatLayout
from playground.tabs.chat.visit.visits import ChatVisits
from playground.visitors import ConversationKey
from playground.visitors.checks import MAX_COLUMNS
from playground.visitors.conversations import new_conversation
from providers.errors import Failure, PlaygroundError


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryScreen(Screen):
    """The page on another conversation, whose id its browser tab keeps from now on. What is in the box stays there."""

    frame: list[object] = field(default_factory=lambda: [gr.skip()] * (3 * MAX_COLUMNS))
    """Columns, heads and chats: see `lay_columns`."""
    notice: object = no_change()
    pictures: object = no_change()
    waiting: object = no_change()
    conversation: object = no_change()
    panel: object = no_change()
    entries: object = no_change()

    def outputs(self) -> list[object]:
        return [*self.frame, *Screen.outputs(self)[1:]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the list was told: to pin, unpin, rename or delete the conversation of that id, or restore the last one."""

    what: object
    id: object
    title: object


def wire_history(page: Page[ChatVisits], layout: ChatLayout) -> list[Dependency]:
    """The list, the button that begins a new conversation, and the ways back. The events that open another one."""
    app, models, this = page.app, page.sidebar.models, layout.conversation
    past = layout.history

    async def on_new(conversation: str, models: list[str], colours: bool, request: gr.Request) -> list[object]:
        return (await begin_new(app, who_at(app, request, conversation), models)).outputs()

    async def on_choose(
        conversation: str, models: list[str], colours: bool, request: gr.Request, event: gr.EventData
    ) -> list[object]:
        who = who_at(app, request, conversation)
        return await open_conversation(app, who, event.id, models, colours=colours)

    def on_list(conversation: str, search: str, request: gr.Request) -> str:
        return list_entries(app, who_at(app, request, conversation), search)

    async def on_arrange(
        conversation: str, models: list[str], search: str, request: gr.Request, event: gr.EventData
    ) -> list[object]:
        wish = Wish(what=event.what, id=event.id, title=event.title)
        return (await arrange(app, who_at(app, request, conversation), wish, models, search)).outputs()

    here = [this, models, layout.colours]
    layout.new.click(on_new, here, layout.elsewhere, **PRIVATE)
    for chat in layout.chats:
        chat.clear(on_new, here, layout.elsewhere, **PRIVATE)
    opened = [layout.system, layout.preset, layout.grounded, *layout.surroundings, *layout.frame]
    chosen = [place.choose(on_choose, here, opened, **PRIVATE) for place in (layout.notice, past.entries)]
    past.entries.arrange(on_arrange, [this, models, past.search], layout.elsewhere, **EACH)
    past.panel.expand(on_list, [this, past.search], past.entries, **PRIVATE)
    past.search.change(on_list, [this, past.search], past.entries, trigger_mode="always_last", **PRIVATE)
    wire_downloads(app, {"all": past.export}, layout.file, lambda who, kind: export_all(app, who))
    return chosen


async def begin_new(app: App[ChatVisits], who: ChatWho, models: Sequence[str]) -> HistoryScreen:
    """A conversation without a word. One click leads back to the one before; a reply that arrives there is finished."""
    before = await app.visits.load_in_thread(who.key)
    await app.visits.views.leave(who.page)
    way = draw_before(app.show(who), who.conversation) if before.turns else ""
    return await show_empty(app, ChatWho.of(who, new_conversation()), models, way)


async def show_empty(app: App[ChatVisits], who: ChatWho, models: Sequence[str], notice: str) -> HistoryScreen:
    """The page on a conversation without a word, `notice` above it."""
    show = app.show(who)
    return HistoryScreen(
        frame=await lay_columns(app, who, models),
        notice=notice,
        pictures=draw_question_pictures(show, Conversation()),
        waiting=draw_waiting_pictures(show, ()),
        conversation=who.conversation,
        panel=gr.update(open=False),
    )


async def open_conversation(
    app: App[ChatVisits], who: ChatWho, chosen: object, models: Sequence[str], *, colours: bool
) -> list[object]:
    """Another conversation of the visitor's, as it is by now; what goes on in the one before is finished there."""
    there = ChatWho.of(who, chosen)
    if there.key != who.key:
        await app.visits.views.leave(who.page)
    show, conversation = app.show(there), await app.visits.load_in_thread(there.key)
    if (run := app.visits.running(there.key)) is not None:
        models = run.choices.models
    pictures = await asyncio.to_thread(draw_question_pictures, show, conversation)
    waiting = draw_waiting_pictures(show, app.visits.attachments.of(there.key))
    frame = await lay_columns(app, there, models, colours=colours)
    assistant, grounded = assistant_of(app, there, conversation)
    first: list[object] = [conversation.system, gr.update(value=assistant), grounded, draw_lost(show, conversation)]
    return [*first, pictures, waiting, there.conversation, gr.update(open=False), *frame]


def list_entries(app: App[ChatVisits], who: ChatWho, search: object, told: str = "") -> str:
    """The visitor's conversations, those found by `search`; `told` stands above them."""
    words, show = search if isinstance(search, str) else "", app.show(who)
    try:
        entries = app.visits.kept.entries(who.visitor, words)
    except PlaygroundError as error:
        return told + show.alert(Failure.of(error))
    told += draw_unreadable(show, app.sessions.conversations.unreadable(who.visitor))
    return draw_entries(show, entries, who.conversation, search=words, told=told)


async def arrange(
    app: App[ChatVisits], who: ChatWho, wish: Wish, models: Sequence[str], search: object
) -> HistoryScreen:
    """What the list asks for, done; where the conversation shown is deleted, the page begins a new one. What the disk
    does not take is told above the list, which stays as it is."""
    try:
        return await _apply_wish(app, who, wish, models, search)
    except StorageFailed as error:
        told = app.show(who).alert(Failure.of(error))
        return HistoryScreen(entries=await asyncio.to_thread(list_entries, app, who, search, told))


async def _apply_wish(
    app: App[ChatVisits], who: ChatWho, wish: Wish, models: Sequence[str], search: object
) -> HistoryScreen:
    if wish.what == "restore":
        await asyncio.to_thread(app.visits.kept.restore, who.visitor)
        return HistoryScreen(entries=await asyncio.to_thread(list_entries, app, who, search))
    key = ConversationKey(who.visitor, wish.id)  # type: ignore[arg-type]  # the key checks it
    if wish.what == "delete" and key == who.key:
        await app.visits.views.leave(who.page)
    gone = await asyncio.to_thread(_change, app, key, wish)
    told = "" if gone is None else draw_deleted(app.show(who), gone)
    if gone is None or key != who.key:
        return HistoryScreen(entries=await asyncio.to_thread(list_entries, app, who, search, told))
    fresh = ChatWho.of(who, new_conversation())
    entries = await asyncio.to_thread(list_entries, app, fresh, search, told)
    return replace(await show_empty(app, fresh, models, ""), panel=gr.skip(), entries=entries)


def _change(app: App[ChatVisits], key: ConversationKey, wish: Wish) -> Entry | None:
    """What was deleted, if anything was."""
    match wish.what:
        case "pin" | "unpin":
            app.visits.kept.change(key, pinned=wish.what == "pin")
        case "rename" if isinstance(wish.title, str):
            app.visits.kept.change(key, name=wish.title)
        case "delete":
            return app.visits.clear(key)
    return None


def export_all(app: App[ChatVisits], who: Who) -> File:
    """Every conversation of the visitor's, in one file."""
    entries = app.visits.kept.entries(who.visitor)
    kept = [(one, app.visits.load(ConversationKey(who.visitor, one.id))) for one in entries]
    return {"name": "aula-chats.json", "type": "application/json", "content": to_json_of_all(kept)}
