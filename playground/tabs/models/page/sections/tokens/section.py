"""Tokens: how each model cuts a text, the same in two languages, what a vocabulary holds, how pieces are merged."""

from __future__ import annotations

from playground.page.program import Page
from playground.tabs.models.page.room import RoomLayout
from playground.tabs.models.page.sections.tokens.api import publish
from playground.tabs.models.page.sections.tokens.events import wire_tokens
from playground.tabs.models.page.sections.tokens.layout import lay_out_tokens
from playground.tabs.models.visit.visits import ModelsVisits

__all__ = ["NAME", "ORDER", "build", "publish"]

NAME = "tokens"
ORDER = 20


def build(page: Page[ModelsVisits], room: RoomLayout) -> None:
    wire_tokens(page, room, lay_out_tokens(page))
