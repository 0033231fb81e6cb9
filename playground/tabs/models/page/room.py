"""What all sections of the Models tab share: which models they look at, and when the tab is opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import gradio as gr

from playground.page.parts.fields import texts_of
from playground.page.parts.places import place
from playground.page.program import PRIVATE, App, Page
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import MAX_COLUMNS
from playground.web.scripts import script_body
from providers.embedding import EmbeddingInfo
from providers.inspection import InspectedModel

BESIDE = ("huggingface/sentence-transformers/all-MiniLM-L6-v2",)
"""What stands beside the sidebar's models at first: the model of another kind that comes with the page."""


@dataclass(frozen=True, slots=True)
class RoomLayout:
    """The models beside those of the sidebar, and whether the tab has been opened.

    `opened.change(handler, …)` is called once, when it is first opened and the list is filled in: before, a section
    computes and draws nothing.
    """

    beside: gr.Dropdown
    opening: gr.HTML
    opened: gr.State


class Section(Protocol):
    """The module `section` of a folder in `sections`; its title is the text `models.section_<NAME>`."""

    NAME: str
    ORDER: int

    def build(self, page: Page[ModelsVisits], room: RoomLayout) -> None:
        """Lay the section out and wire it."""

    def publish(self, app: App[ModelsVisits]) -> None:
        """Name its endpoints."""


def lay_out_room(page: Page[ModelsVisits]) -> RoomLayout:
    label = page.app.label
    gr.Markdown(label("models.intro"), elem_classes="intro")
    opening = place("models-opening", script_body("models/open"))
    beside = gr.Dropdown(
        choices=[],
        multiselect=True,
        max_choices=MAX_COLUMNS,
        label=label("models.beside"),
        info=label("models.beside_info"),
        elem_id="models-beside",
    )
    return RoomLayout(beside, opening, gr.State(False))


def wire_room(page: Page[ModelsVisits], room: RoomLayout) -> None:
    """When the tab is opened, the list of what can stand beside is filled in."""
    app = page.app

    async def on_opening(request: gr.Request, opened: bool) -> list[object]:
        if opened:  # the browser makes the tab anew when it comes back to it
            return [gr.skip(), gr.skip()]
        choices = await beside_choices(app, app.who(request).visitor)
        return [gr.update(choices=choices, value=list(BESIDE)), True]

    room.opening.opened(on_opening, room.opened, [room.beside, room.opened], **PRIVATE)


async def beside_choices(app: App[ModelsVisits], visitor: str) -> list[tuple[str, str]]:
    """The models of this computer that can be taken apart: those that make vectors first, then those that write."""
    known = (await app.visits.known(visitor)).values()
    here = [one for one in known if one.local and (isinstance(one, EmbeddingInfo) or one.here)]
    return [(one.name, one.ref) for one in sorted(here, key=lambda one: not isinstance(one, EmbeddingInfo))]


def chosen(models: object, beside: object) -> tuple[str, ...]:
    """The sidebar's models and those beside them, each once, four at most."""
    return tuple(dict.fromkeys((*texts_of(models), *texts_of(beside))))[:MAX_COLUMNS]


def name_of(info: InspectedModel | None, ref: str) -> str:
    """What a model is called."""
    return info.name if info is not None else ref.partition("/")[2] or ref
