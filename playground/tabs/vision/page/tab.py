"""Vision: images, one question, several models; labels; and how well they see, measured."""

from __future__ import annotations

from playground.page.program import Page, Program
from playground.tabs.vision.page.api import publish
from playground.tabs.vision.page.events.wiring import wire_ask, wire_frame, wire_pictures
from playground.tabs.vision.page.events.wiring_modes import wire_labels, wire_measure
from playground.tabs.vision.page.layout.tab import lay_out
from playground.tabs.vision.visit.visits import VisionVisits

__all__ = ["NAME", "ORDER", "build", "open", "publish"]

NAME = "vision"
ORDER = 50


def open(program: Program) -> VisionVisits:
    return VisionVisits(program.reach, program.sessions)


def build(page: Page[VisionVisits]) -> None:
    layout = lay_out(page)
    wire_pictures(page, layout)
    wire_frame(page, layout)
    wire_ask(page, layout)
    wire_labels(page, layout)
    wire_measure(page, layout)
