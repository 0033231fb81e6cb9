"""Card: it is drawn when the tab is opened and when other models are chosen; and measured where it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import gradio as gr

from playground.asking.pump import beats
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.models.page.pieces import draw_alert, draw_sentence
from playground.tabs.models.page.room import RoomLayout, join_models
from playground.tabs.models.page.sections.card.diagram import draw_diagrams
from playground.tabs.models.page.sections.card.drawing import draw_cards
from playground.tabs.models.page.sections.card.layout import ModelsCardLayout
from playground.tabs.models.page.sections.card.standing import draw_unknown, plot_sizes, plot_years
from playground.tabs.models.visit.card import SECTION, cards, measure
from playground.tabs.models.visit.visits import ModelsVisits
from providers.errors import PlaygroundError


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsCardScreen(Screen):
    """The table, the diagrams, and two buttons."""

    BUTTONS = ("measure", "stop")

    table: object = no_change()
    diagrams: object = no_change()
    measure: object = no_change()
    stop: object = no_change()


def wire_card(page: Page[ModelsVisits], room: RoomLayout, layout: ModelsCardLayout) -> None:
    app = page.app
    fields = [page.sidebar.models, room.beside]

    async def on_opened(request: gr.Request, models: object, beside: object) -> list[object]:
        return (await show_cards(app, app.who(request), join_models(models, beside))).outputs()

    async def on_chosen(request: gr.Request, models: object, beside: object, opened: bool) -> list[object]:
        if not opened:
            return ModelsCardScreen().outputs()
        return (await show_cards(app, app.who(request), join_models(models, beside))).outputs()

    async def on_measure(request: gr.Request, models: object, beside: object) -> AsyncGenerator[list[object]]:
        refs = join_models(models, beside)
        async for screen in going.show(app.who(request), lambda who: measure_models(app, who, refs)):
            yield screen.outputs()

    async def on_standing(request: gr.Request, models: object, beside: object) -> list[object]:
        show, refs, rows = app.show(app.who(request)), join_models(models, beside), app.reach.catalog
        return [plot_sizes(show, rows, refs), plot_years(show, rows, refs), draw_unknown(show, rows)]

    going = goes_on(page, "models-card", layout.outputs)
    room.on_opened(on_opened, fields, layout.outputs)
    gr.on([one.input for one in fields], on_chosen, [*fields, room.opened], layout.outputs, **PRIVATE)
    layout.measure.click(on_measure, fields, layout.outputs, **PRIVATE)
    layout.standing.expand(on_standing, fields, [layout.sizes, layout.years, layout.unknown], **PRIVATE)
    room.stops[layout.stop] = SECTION


async def show_cards(app: App[ModelsVisits], who: Who, refs: Sequence[str]) -> ModelsCardScreen:
    """The models' cards side by side, and their diagrams. Loads nothing."""
    show = app.show(who)
    if not refs:
        return ModelsCardScreen.showing("measure", table=draw_sentence(show, "no_models"), diagrams="")
    found = dict(zip(refs, await cards(app.visits, who.visitor, refs), strict=True))
    table = draw_cards(show, found, await app.visits.known_models(who.visitor))
    return ModelsCardScreen.showing("measure", table=table, diagrams=draw_diagrams(show, found))


async def measure_models(app: App[ModelsVisits], who: Who, refs: Sequence[str]) -> AsyncGenerator[ModelsCardScreen]:
    """Load each model and let it write, then draw the cards with what was found."""
    show = app.show(who)
    before = await show_cards(app, who, refs)
    yield ModelsCardScreen.showing("stop", table=draw_sentence(show, "measuring") + str(before.table))
    try:
        async for _ in beats(task := asyncio.ensure_future(measure(app.visits, who.visitor, refs))):
            yield ModelsCardScreen()
        task.result()
    except PlaygroundError as error:
        yield ModelsCardScreen.showing("measure", table=draw_alert(show, error) + str(before.table))
        return
    yield await show_cards(app, who, refs)
