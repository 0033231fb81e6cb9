"""Smaller models: fewer bits, parts left out, and a vote on answers that do not say whose they are."""

from __future__ import annotations

from playground.page.program import App, Page
from playground.tabs.models.page.room import RoomLayout
from playground.tabs.models.page.sections.smaller.blind import wire_blind
from playground.tabs.models.page.sections.smaller.events import wire_smaller
from playground.tabs.models.page.sections.smaller.layout import lay_out_smaller
from playground.tabs.models.visit.visits import ModelsVisits

__all__ = ["NAME", "ORDER", "build", "publish"]

NAME = "smaller"
ORDER = 80


def build(page: Page[ModelsVisits], room: RoomLayout) -> None:
    layout = lay_out_smaller(page)
    wire_smaller(page, room, layout)
    wire_blind(page, room, layout)


def publish(app: App[ModelsVisits]) -> None:
    """It has no endpoint: what it measures takes a minute of the computer."""
