"""Chat: a conversation, or up to four columns of it."""

from __future__ import annotations

from playground.page.program import Page, Program
from playground.tabs.chat.page.api import publish
from playground.tabs.chat.page.events.conversation import wire_conversation
from playground.tabs.chat.page.events.history import wire_history
from playground.tabs.chat.page.events.pictures import wire_pictures
from playground.tabs.chat.page.events.presets import wire_presets
from playground.tabs.chat.page.events.replies import wire_replies
from playground.tabs.chat.page.events.runs import wire_following
from playground.tabs.chat.page.events.speaking import wire_speaking
from playground.tabs.chat.page.layout import lay_out_chat
from playground.tabs.chat.visit.visits import ChatVisits

__all__ = ["NAME", "ORDER", "build", "open", "publish"]

NAME = "chat"
ORDER = 10


def open(program: Program) -> ChatVisits:
    return ChatVisits(program.reach, program.sessions)


def build(page: Page[ChatVisits]) -> None:
    layout = lay_out_chat(page)
    wire_replies(page, layout)
    wire_speaking(page, layout)
    wire_pictures(page, layout)
    wire_presets(page, layout)
    opened = [wire_conversation(page, layout), *wire_history(page, layout)]
    wire_following(page, layout, opened)
