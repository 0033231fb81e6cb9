"""Card: what a model is made of, what it takes of a computer, and where it stands among others."""

from __future__ import annotations

from playground.page.program import Page
from playground.tabs.models.page.room import RoomLayout
from playground.tabs.models.page.sections.card.api import publish
from playground.tabs.models.page.sections.card.events import wire_card
from playground.tabs.models.page.sections.card.layout import lay_out_card
from playground.tabs.models.visit.visits import ModelsVisits

__all__ = ["NAME", "ORDER", "build", "publish"]

NAME = "card"
ORDER = 10


def build(page: Page[ModelsVisits], room: RoomLayout) -> None:
    wire_card(page, room, lay_out_card(page))
