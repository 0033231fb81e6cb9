"""Surprise: each token of a text coloured by how little the models expected it; and a game against one of them."""

from __future__ import annotations

from playground.page.program import Page
from playground.tabs.models.page.room import RoomLayout
from playground.tabs.models.page.sections.surprise.api import publish
from playground.tabs.models.page.sections.surprise.events import wire_surprise
from playground.tabs.models.page.sections.surprise.layout import lay_out_surprise
from playground.tabs.models.visit.visits import ModelsVisits

__all__ = ["NAME", "ORDER", "build", "publish"]

NAME = "surprise"
ORDER = 40


def build(page: Page[ModelsVisits], room: RoomLayout) -> None:
    wire_surprise(page, room, lay_out_surprise(page))
