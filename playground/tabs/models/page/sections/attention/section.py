"""Attention and the layers: who looks at whom, what each layer would say, what is lost without a part, what counted."""

from __future__ import annotations

from playground.page.program import Page
from playground.tabs.models.page.room import RoomLayout
from playground.tabs.models.page.sections.attention.api import publish
from playground.tabs.models.page.sections.attention.events import wire_attention
from playground.tabs.models.page.sections.attention.layout import lay_out_attention
from playground.tabs.models.visit.visits import ModelsVisits

__all__ = ["NAME", "ORDER", "build", "publish"]

NAME = "attention"
ORDER = 30


def build(page: Page[ModelsVisits], room: RoomLayout) -> None:
    wire_attention(page, room, lay_out_attention(page))
