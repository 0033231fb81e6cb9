"""Architectures: one sentence for an n-gram model, masked models, encoder–decoders, causal models and an LLM."""

from __future__ import annotations

from playground.page.program import Page
from playground.tabs.models.page.room import RoomLayout
from playground.tabs.models.page.sections.architectures.api import publish
from playground.tabs.models.page.sections.architectures.events import wire_architectures
from playground.tabs.models.page.sections.architectures.layout import lay_out_architectures
from playground.tabs.models.visit.visits import ModelsVisits

__all__ = ["NAME", "ORDER", "build", "publish"]

NAME = "architectures"
ORDER = 50


def build(page: Page[ModelsVisits], room: RoomLayout) -> None:
    wire_architectures(page, room, lay_out_architectures(page))
