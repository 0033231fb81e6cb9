"""An assistant that is chosen here, or that another tab hands over: it opens in a conversation of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.page.program import PRIVATE, App, Page
from playground.sqlite import StorageFailed
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.page.assistants import assistant_names, choose_preset, offered_assistants
from playground.tabs.chat.page.entries import draw_before
from playground.tabs.chat.page.events.history import HistoryScreen, show_empty
from playground.tabs.chat.page.fields import ChatWho, who_at
from playground.tabs.chat.page.layout import ChatLayout
from playground.tabs.chat.visit.visits import ChatVisits
from providers.errors import Failure


def wire_presets(page: Page[ChatVisits], layout: ChatLayout) -> None:
    """An assistant that is chosen here, and one that another tab hands over."""
    app, here = page.app, [layout.conversation, page.sidebar.models]

    async def on_preset(
        name: str | None, system: str, conversation: str, models: list[str], request: gr.Request
    ) -> list[object]:
        return await choose_assistant(app, who_at(app, request, conversation), name, system, models)

    async def on_handed(
        handed: dict[str, Any] | None, conversation: str, models: list[str], request: gr.Request
    ) -> list[object]:
        who = who_at(app, request, conversation)
        return await receive_assistant(app, who, handed, models)

    filled = [layout.system, page.sidebar.sampling["temperature"], layout.grounded, *layout.elsewhere]
    layout.preset.input(on_preset, [layout.preset, layout.system, *here], filled, **PRIVATE)
    page.on_handed(on_handed, here, [layout.preset, layout.names, *filled])


async def choose_assistant(
    app: App[ChatVisits], who: ChatWho, name: str | None, system: str, models: Sequence[str]
) -> list[object]:
    """The assistant of that name, or none. `system` is the prompt that stands there.

    Gradio's list (6) says that something was chosen whenever it is left, and twice where something was: what the
    conversation has already changes nothing, and without an assistant only an assistant's own words go.
    """
    before = (await app.visits.load_in_thread(who.key)).assistant
    if (name or "") == before:
        return [gr.skip()] * (3 + len(HistoryScreen().outputs()))
    filled = choose_preset(app, who, name)
    if not name and not (before in assistant_names(app, who) and system == choose_preset(app, who, before)[0]):
        filled[0] = gr.skip()
    return [*filled, *(await open_assistant(app, who, name, filled[0], models)).outputs()]


async def open_assistant(
    app: App[ChatVisits], who: ChatWho, name: str | None, system: object, models: Sequence[str]
) -> HistoryScreen:
    """A conversation under the assistant's name, until something is asked in it. The one before is kept, with a way
    back; one in which nothing was asked yet becomes that conversation itself. Where the disk does not take it, the
    page stays where it is, and says so."""
    try:
        return await _begin_conversation(app, who, name, system, models)
    except StorageFailed as error:
        return HistoryScreen(notice=app.show(who).alert(Failure.of(error)))


async def _begin_conversation(
    app: App[ChatVisits], who: ChatWho, name: str | None, system: object, models: Sequence[str]
) -> HistoryScreen:
    before = await app.visits.load_in_thread(who.key)
    if not name:
        if not before.turns and before.named:
            await asyncio.to_thread(app.visits.begin, who.key, Conversation())
        return HistoryScreen()
    begun = Conversation(system=str(system), assistant=name, named=assistant_names(app, who).get(name, ""))
    if not before.turns:
        await asyncio.to_thread(app.visits.begin, who.key, begun)
        return HistoryScreen()
    there = ChatWho.of(who, await asyncio.to_thread(app.visits.begin_beside, who.key, begun))
    await app.visits.views.leave(who.page)
    return await show_empty(app, there, models, draw_before(app.show(who), who.conversation))


async def receive_assistant(
    app: App[ChatVisits], who: ChatWho, handed: dict[str, object] | None, models: Sequence[str]
) -> list[object]:
    """An assistant that another tab hands over: `{"tab": "chat", "assistant": id}`."""
    if not handed or handed.get("tab") != "chat":
        return [gr.skip()] * (5 + len(HistoryScreen().outputs()))
    name = str(handed.get("assistant"))
    filled = choose_preset(app, who, name)
    opened = await open_assistant(app, who, name, filled[0], models)
    choice = gr.update(choices=offered_assistants(app, who), value=name)
    return [choice, assistant_names(app, who), *filled, *opened.outputs()]
