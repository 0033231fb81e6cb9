"""The visitor's conversations: begun, opened, listed, found, pinned, renamed, deleted, exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import gradio as gr

from playground.page.parts.downloads import File, wire_downloads
from playground.page.parts.screen import unchanged
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.chat.lab.entry import to_json_of_all
from playground.tabs.chat.page.drawing import draw_lost, draw_question_pictures, draw_waiting_pictures
from playground.tabs.chat.page.entries import draw_before, draw_deleted, draw_entries, draw_unreadable
from playground.tabs.chat.page.events.conversation import ChatScreen, lay_columns, settle
from playground.tabs.chat.page.fields import ChatWho, who_at
from playground.tabs.chat.page.layout import ChatLayout
from playground.tabs.chat.visit.visits import ChatVisits
from playground.visitors import ConversationKey
from playground.visitors.conversations import new_conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryScreen(ChatScreen):
    """The page on another conversation, whose id its browser tab keeps from now on; what is in the box stays there."""

    conversation: object = unchanged()
    panel: object = unchanged()
    entries: object = unchanged()

    def outputs(self) -> list[object]:
        return [*self.chats, self.notice, self.pictures, self.waiting, self.conversation, self.panel, self.entries]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the list was told: to pin, unpin, rename or delete the conversation of that id, or restore the last one."""

    what: object
    id: object
    title: object


def wire_history(page: Page[ChatVisits], layout: ChatLayout) -> None:
    """The list, the button that begins a new conversation, and the ways back."""
    app, models, this = page.app, page.sidebar.models, layout.conversation
    past = layout.history

    def on_new(conversation: str, request: gr.Request) -> list[object]:
        return begin_new(app, who_at(app, request, conversation)).outputs()

    async def on_choose(
        conversation: str, models: list[str], colours: bool, request: gr.Request, event: gr.EventData
    ) -> list[object]:
        who = who_at(app, request, conversation)
        return await open_conversation(app, who, event.id, models, colours=colours)

    def on_list(conversation: str, search: str, request: gr.Request) -> str:
        return list_entries(app, who_at(app, request, conversation), search)

    def on_arrange(conversation: str, search: str, request: gr.Request, event: gr.EventData) -> list[object]:
        wish = Wish(what=event.what, id=event.id, title=event.title)
        return arrange(app, who_at(app, request, conversation), wish, search).outputs()

    changed = [*layout.chats, layout.notice, layout.pictures, layout.waiting, this, past.panel, past.entries]
    layout.new.click(on_new, this, changed, **PRIVATE)
    for chat in layout.chats:
        chat.clear(on_new, this, changed, **PRIVATE)
    settled = [layout.system, layout.preset, layout.grounded, layout.notice, layout.pictures, layout.waiting, this]
    opened = [*settled, past.panel, *layout.columns, *layout.heads, *layout.chats]
    for place in (layout.notice, past.entries):
        place.choose(on_choose, [this, models, layout.colours], opened, **PRIVATE)
    past.panel.expand(on_list, [this, past.search], past.entries, **PRIVATE)
    past.search.change(on_list, [this, past.search], past.entries, trigger_mode="always_last", **PRIVATE)
    past.entries.arrange(on_arrange, [this, past.search], changed, **PRIVATE)
    wire_downloads(app, {"all": past.export}, layout.file, lambda who, kind: export_all(app, who))


def begin_new(app: App[ChatVisits], who: ChatWho) -> HistoryScreen:
    """A conversation without a word. The one before is stopped and kept, and one click leads back to it."""
    before = app.visits.load(who.key)
    app.visits.leave(who.key)
    way = draw_before(app.show(who), who.conversation) if before.turns else ""
    return _empty(app, ChatWho.of(who, new_conversation()), way)


def _empty(app: App[ChatVisits], who: ChatWho, notice: str) -> HistoryScreen:
    cleared = settle(app, who, app.visits.load(who.key), "")
    return HistoryScreen(
        chats=cleared.chats,
        notice=notice,
        pictures=cleared.pictures,
        waiting=cleared.waiting,
        conversation=who.conversation,
        panel=gr.update(open=False),
    )


async def open_conversation(
    app: App[ChatVisits], who: ChatWho, chosen: object, models: Sequence[str], *, colours: bool
) -> list[object]:
    """Another conversation of the visitor's, as it was left; what goes on in the one before is stopped and kept."""
    there = ChatWho.of(who, chosen)
    if there.key != who.key:
        app.visits.leave(who.key)
    show, conversation = app.show(there), await app.visits.loaded(there.key)
    waiting = draw_waiting_pictures(show, app.visits.attachments.of(there.key))
    settings: list[object] = [conversation.system, gr.update(value=None), "", draw_lost(show, conversation)]
    drawn: list[object] = [draw_question_pictures(show, conversation), waiting, there.conversation]
    return [*settings, *drawn, gr.update(open=False), *await lay_columns(app, there, models, colours=colours)]


def list_entries(app: App[ChatVisits], who: ChatWho, search: object, told: str = "") -> str:
    """The visitor's conversations, those found by `search`; `told` stands above them."""
    words = search if isinstance(search, str) else ""
    show, entries = app.show(who), app.visits.entries(who.visitor, words)
    told += draw_unreadable(show, app.sessions.conversations.unreadable(who.visitor))
    return draw_entries(show, entries, who.conversation, search=words, told=told)


def arrange(app: App[ChatVisits], who: ChatWho, wish: Wish, search: object) -> HistoryScreen:
    """What the list asks for, done; where the conversation shown is deleted, the page begins a new one."""
    if wish.what == "restore":
        app.visits.restore(who.visitor)
        return HistoryScreen(entries=list_entries(app, who, search))
    key = ConversationKey(who.visitor, wish.id)  # type: ignore[arg-type]  # the key checks it
    match wish.what:
        case "pin" | "unpin":
            app.visits.change(key, pinned=wish.what == "pin")
        case "rename" if isinstance(wish.title, str):
            app.visits.change(key, name=wish.title)
        case "delete":
            return _delete(app, who, key, search)
    return HistoryScreen(entries=list_entries(app, who, search))


def _delete(app: App[ChatVisits], who: ChatWho, key: ConversationKey, search: object) -> HistoryScreen:
    gone = app.visits.clear(key)
    told = "" if gone is None else draw_deleted(app.show(who), gone)
    if key != who.key:
        return HistoryScreen(entries=list_entries(app, who, search, told))
    fresh = ChatWho.of(who, new_conversation())
    return replace(_empty(app, fresh, ""), panel=gr.skip(), entries=list_entries(app, fresh, search, told))


def export_all(app: App[ChatVisits], who: Who) -> File:
    """Every conversation of the visitor's, in one file."""
    entries = app.visits.entries(who.visitor)
    kept = [(one, app.visits.load(ConversationKey(who.visitor, one.id))) for one in entries]
    return {"name": "aula-chats.json", "type": "application/json", "content": to_json_of_all(kept)}
