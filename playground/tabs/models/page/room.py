"""What all sections of the Models tab share: which models they look at, and when the tab is opened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import gradio as gr
from gradio.blocks import Block

from playground.page.opening import Fill, Opening, wire_openings
from playground.page.parts.buttons import pressed_value
from playground.page.parts.fields import texts_of
from playground.page.parts.places import hidden_text
from playground.page.parts.render import Renderer
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import MAX_COLUMNS
from providers.embedding import EmbeddingInfo
from providers.types import ModelInfo

BESIDE = ("huggingface/sentence-transformers/all-MiniLM-L6-v2",)
"""What stands beside the sidebar's models at first: the model of another kind that comes with the page."""


@dataclass(frozen=True, slots=True)
class RoomLayout:
    """The models beside those of the sidebar, whether the tab has been opened, and what the sections share an event
    for, since each is one more thing for the browser to keep."""

    beside: gr.Dropdown
    held: gr.Textbox
    """Hidden: what stands beside, which a page that is read again in another language fills in."""
    opened: gr.State
    openings: list[Opening] = field(default_factory=list)
    stops: dict[gr.Button, str] = field(default_factory=dict)
    """Buttons that stop what runs in a section, as its visits name it."""

    def on_opened(self, fill: Fill, inputs: Sequence[gr.components.Component], outputs: Sequence[Block]) -> None:
        """Have these places filled in once, when the tab is first opened and the list is filled in: before, a section
        computes and draws nothing."""
        self.openings.append(Opening(fill, inputs, outputs))


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
    beside = gr.Dropdown(
        choices=[],
        multiselect=True,
        max_choices=MAX_COLUMNS,
        label=label("models.beside"),
        info=label("models.beside_info"),
        elem_id="models-beside",
    )
    held = hidden_text("models-held")
    return RoomLayout(beside, held, gr.State(False))


def wire_room(page: Page[ModelsVisits], room: RoomLayout) -> None:
    """When the tab is opened, the list of what can stand beside is filled in, then what the sections have."""
    app = page.app

    async def on_opening(request: gr.Request, held: str) -> list[object]:
        choices = await beside_choices(app, app.who(request))
        _, before = recall(held)
        known = {ref for _, ref in choices}
        chosen_before = [ref for ref in before if ref in known]
        return [gr.update(choices=choices, value=chosen_before if held else list(BESIDE)), True]

    page.on_open(on_opening, [room.held], [room.beside, room.opened])

    def on_stop(request: gr.Request, event: gr.EventData) -> None:
        if (section := pressed_value(event, room.stops)) is not None:
            app.visits.stop(app.who(request).visitor, section)

    wire_openings(room.opened.change, room.openings, **PRIVATE)
    gr.on([one.click for one in room.stops], on_stop, None, None, queue=False, **EACH)
    room.beside.change(lambda beside: remember("", texts_of(beside)), room.beside, room.held, queue=False, **PRIVATE)


async def beside_choices(app: App[ModelsVisits], who: Who) -> list[tuple[str, str]]:
    """The models that can be taken apart on this computer: those that make vectors first, of which one that is not here
    yet says how much is to be fetched; then those here that write."""
    show, known = app.show(who), (await app.visits.known_models(who.visitor)).values()
    encoders = [one for one in known if isinstance(one, EmbeddingInfo)]
    held = await app.reach.held_encoders(encoders)
    writers = [one for one in known if isinstance(one, ModelInfo) and one.local and one.here]
    told = [show.text("model.absent") if app.settings.offline else _to_fetch(show, one) for one in encoders]
    labels = [one.name if one.ref in held else f"{one.name} · {how}" for one, how in zip(encoders, told, strict=True)]
    return [*zip(labels, (one.ref for one in encoders), strict=True), *((one.name, one.ref) for one in writers)]


def _to_fetch(show: Renderer, info: EmbeddingInfo) -> str:
    if not info.size:
        return show.text("model.fetch_unknown")
    return show.text("model.fetch", megabytes=show.number(info.size / 1e6, ",.0f"))


def remember(text: str, refs: Sequence[str]) -> str:
    """What a result shows, as a hidden component holds it while the page is read again in another language."""
    return json.dumps([text, *refs])


def recall(held: object) -> tuple[str, tuple[str, ...]]:
    """Text and models that `remember` wrote; nothing for whatever else comes from the browser."""
    try:
        found = json.loads(str(held or "[]"))
    except ValueError:
        return "", ()
    if not isinstance(found, list) or not found or not isinstance(found[0], str):
        return "", ()
    return found[0], texts_of(found[1:])[:MAX_COLUMNS]


def join_models(models: object, beside: object) -> tuple[str, ...]:
    """The sidebar's models and those beside them, each once, four at most."""
    return tuple(dict.fromkeys((*texts_of(models), *texts_of(beside))))[:MAX_COLUMNS]
