"""Tasks of understanding: the same items by a classical model, by vectors, and by a language model."""

from __future__ import annotations

from playground.page.program import Page
from playground.tabs.models.page.room import RoomLayout
from playground.tabs.models.page.sections.understanding.api import publish
from playground.tabs.models.page.sections.understanding.events import wire_understanding
from playground.tabs.models.page.sections.understanding.layout import lay_out_understanding
from playground.tabs.models.visit.visits import ModelsVisits

__all__ = ["NAME", "ORDER", "build", "publish"]

NAME = "understanding"
ORDER = 60


def build(page: Page[ModelsVisits], room: RoomLayout) -> None:
    wire_understanding(page, room, lay_out_understanding(page))
