"""Vision: images, one question, several models; labels; and how well they see, measured."""

from __future__ import annotations

from playground.ui import vision_api
from playground.ui.page import Page
from playground.ui.vision.layout import lay_out
from playground.ui.vision.wiring import wire_ask, wire_frame, wire_pictures
from playground.ui.vision.wiring_modes import wire_labels, wire_measure

NAME = "vision"
ORDER = 50


def build(page: Page) -> None:
    layout = lay_out(page)
    wire_pictures(page, layout)
    wire_frame(page, layout)
    wire_ask(page, layout)
    wire_labels(page, layout)
    wire_measure(page, layout)
    vision_api.publish(page.app)
