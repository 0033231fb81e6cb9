"""Models: what they are made of, how they cut a text, what happens in their layers, what surprises them."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import cast

import gradio as gr

from playground.page.program import App, Page, Program
from playground.tabs.models.page import sections
from playground.tabs.models.page.room import Section, lay_out_room, wire_room
from playground.tabs.models.visit.visits import ModelsVisits

NAME = "models"
ORDER = 55


def open(program: Program) -> ModelsVisits:
    return ModelsVisits(program.reach, program.sessions)


def build(page: Page[ModelsVisits]) -> None:
    room = lay_out_room(page)
    with gr.Tabs(elem_id="models-sections", overflow_behavior="wrap"):
        for section in find_sections():
            with gr.Tab(page.app.label(f"models.section_{section.NAME}"), id=section.NAME):
                section.build(page, room)
    wire_room(page, room)


def publish(app: App[ModelsVisits]) -> None:
    for section in find_sections():
        section.publish(app)


def find_sections() -> list[Section]:
    """The folders of `sections`, in the order they declare."""
    found = (import_module(f"{sections.__name__}.{one.name}.section") for one in iter_modules(sections.__path__))
    return sorted((cast(Section, module) for module in found), key=lambda section: section.ORDER)
