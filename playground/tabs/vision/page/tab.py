"""Vision: images, one question, several models; labels; and how well they see, measured."""

from __future__ import annotations

from playground.page.program import Page, Program
from playground.tabs.vision.page.api import publish
from playground.tabs.vision.page.events.ask import wire_ask
from playground.tabs.vision.page.events.columns import wire_columns
from playground.tabs.vision.page.events.labels import wire_labels
from playground.tabs.vision.page.events.measure import wire_measure
from playground.tabs.vision.page.events.pictures import wire_pictures
from playground.tabs.vision.page.kind import VisionKind
from playground.tabs.vision.page.layout.tab import lay_out_vision
from playground.tabs.vision.visit.visits import VisionVisits

__all__ = ["NAME", "ORDER", "build", "open", "publish"]

NAME = "vision"
ORDER = 50
SAMPLES = True


def open(program: Program) -> VisionVisits:
    visits = VisionVisits(program.reach, program.sessions)
    program.kinds.register(VisionKind(visits=visits))
    return visits


def build(page: Page[VisionVisits]) -> None:
    layout = lay_out_vision(page)
    wire_pictures(page, layout)
    wire_columns(page, layout)
    wire_ask(page, layout)
    wire_labels(page, layout)
    wire_measure(page, layout)
