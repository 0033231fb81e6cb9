"""Meaning as vectors: how alike texts are, words added and taken away, one word in several sentences."""

from __future__ import annotations

from playground.page.program import Page
from playground.tabs.models.page.room import RoomLayout
from playground.tabs.models.page.sections.vectors.api import publish
from playground.tabs.models.page.sections.vectors.events import wire_vectors
from playground.tabs.models.page.sections.vectors.layout import lay_out_vectors
from playground.tabs.models.visit.visits import ModelsVisits

__all__ = ["NAME", "ORDER", "build", "publish"]

NAME = "vectors"
ORDER = 70


def build(page: Page[ModelsVisits], room: RoomLayout) -> None:
    wire_vectors(page, room, lay_out_vectors(page))
