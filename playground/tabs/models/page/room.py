"""What all sections of the Models tab share: which models they look at, and when the tab is opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import gradio as gr

from playground.page.parts.fields import texts_of
from playground.page.parts.places import place
from playground.page.parts.render import Renderer
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import MAX_COLUMNS
from playground.web.scripts import script_body
from providers.embedding import EmbeddingInfo
from providers.types import ModelInfo

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
        choices = await beside_choices(app, app.who(request))
        return [gr.update(choices=choices, value=list(BESIDE)), True]

    room.opening.opened(on_opening, room.opened, [room.beside, room.opened], **PRIVATE)


async def beside_choices(app: App[ModelsVisits], who: Who) -> list[tuple[str, str]]:
    """The models that can be taken apart on this computer: those that make vectors first, of which one that is not here
    yet says how much is to be fetched; then those here that write."""
    show, known = app.show(who), (await app.visits.known(who.visitor)).values()
    encoders = [one for one in known if isinstance(one, EmbeddingInfo)]
    held = await app.reach.held(encoders)
    writers = [one for one in known if isinstance(one, ModelInfo) and one.local and one.here]
    told = [show.text("model.absent") if app.settings.offline else _to_fetch(show, one) for one in encoders]
    labels = [one.name if one.ref in held else f"{one.name} · {how}" for one, how in zip(encoders, told, strict=True)]
    return [*zip(labels, (one.ref for one in encoders), strict=True), *((one.name, one.ref) for one in writers)]


def _to_fetch(show: Renderer, info: EmbeddingInfo) -> str:
    if not info.size:
        return show.text("model.fetch_unknown")
    return show.text("model.fetch", megabytes=show.number(info.size / 1e6, ",.0f"))


def chosen(models: object, beside: object) -> tuple[str, ...]:
    """The sidebar's models and those beside them, each once, four at most."""
    return tuple(dict.fromkeys((*texts_of(models), *texts_of(beside))))[:MAX_COLUMNS]
