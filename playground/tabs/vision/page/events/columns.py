"""The columns and what each picture costs follow the models, and those that are to read."""

from __future__ import annotations

import gradio as gr

from playground.page.parts.clearing import wire_model_alerts
from playground.page.parts.render import Renderer
from playground.page.program import PRIVATE, Page
from playground.tabs.vision.page.drawing.columns import columns, draw_blind, draw_head
from playground.tabs.vision.page.drawing.pieces import draw_undo
from playground.tabs.vision.page.events.pictures import show_other_pictures, show_pictures
from playground.tabs.vision.page.fields import ChosenModels, choose_models
from playground.tabs.vision.page.layout.tab import VisionLayout
from playground.tabs.vision.visit.ask import MOST_COLUMNS
from playground.tabs.vision.visit.values import Session
from playground.tabs.vision.visit.visits import VisionVisits


def wire_columns(page: Page[VisionVisits], layout: VisionLayout) -> None:
    """Another choice of models, and a new beginning without any picture."""
    app, asking = page.app, layout.asking
    seats = [page.sidebar.models, asking.ocr]
    outputs = [*asking.frame, *layout.left]

    async def on_models(request: gr.Request, *refs: object) -> list[object]:
        who = app.who(request)
        it = await choose_models(app, who, *refs)
        session = app.visits.session(who.visitor)
        return [*lay_columns(app.show(who), it, session), *show_pictures(app, who, it, session).outputs()]

    async def on_load(request: gr.Request, *refs: object) -> list[object]:
        return await on_restored(request, None, *refs)

    async def on_restored(request: gr.Request, picture: object, *refs: object) -> list[object]:
        """After the page was read again in another language: the picture that was chosen for labels stays so."""
        who = app.who(request)
        it = await choose_models(app, who, *refs)
        session = app.visits.session(who.visitor)
        left = show_other_pictures(app, who, it, chosen=picture)
        return [*lay_columns(app.show(who), it, session), *left.outputs()]

    async def on_clear(request: gr.Request, *refs: object) -> list[object]:
        who = app.who(request)
        it = await choose_models(app, who, *refs)
        show, before = app.show(who), app.visits.session(who.visitor).pictures
        session = app.visits.clear(who.visitor)
        left = show_other_pictures(app, who, it, progress=draw_undo(show, "cleared") if before else "")
        return [*lay_columns(show, it, session), *left.outputs(), ""]

    async def on_undo(request: gr.Request, *refs: object) -> list[object]:
        """Back to the conversation and the pictures that were there before."""
        who = app.who(request)
        it, session = await choose_models(app, who, *refs), app.visits.undo(who.visitor)
        left = show_other_pictures(app, who, it, progress="")
        return [*lay_columns(app.show(who), it, session), *left.outputs(), ""]

    page.sidebar.chosen.change(on_models, seats, outputs, **PRIVATE)
    asking.ocr.input(on_models, seats, outputs, **PRIVATE)
    page.on_open(on_load, seats, outputs)
    page.restored.change(on_restored, [layout.labelling.picture, *seats], outputs, **PRIVATE)
    layout.pictures.clear.click(on_clear, seats, [*outputs, asking.notice], **PRIVATE)
    for place in (asking.notice, layout.pictures.progress):
        place.undo(on_undo, seats, [*outputs, asking.notice], **PRIVATE)
    wire_model_alerts(page, asking.notice, layout.measuring.progress)


def lay_columns(show: Renderer, it: ChosenModels, session: Session) -> list[object]:
    """Updates of the choice of readers, who answers, and the columns with their heads and chats.

    What is ticked is told where it changes alone: the next tick may have been made meanwhile.
    """
    choices = [(show.text("vision.ocr_column", model=it.name(ref)), ref) for ref in it.refs]
    seats = it.seats[:MOST_COLUMNS]
    visible = [gr.update(visible=number < max(1, len(seats))) for number in range(MOST_COLUMNS)]
    heads = [draw_head(show, it, seat) for seat in seats] + [""] * (MOST_COLUMNS - len(seats))
    readers = gr.update(choices=choices)
    if it.reading != it.ticked:
        readers["value"] = list(it.reading)
    return [readers, draw_blind(show, it), *visible, *heads, *columns(show, it, session)]
