"""Attention: a sentence is looked at in every model; then heads are switched off, and layers asked, in one of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import gradio as gr

from playground.asking.pump import beats
from playground.page.parts.redrawn import ask_again
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.under_way import goes_on
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.models.lab.errors import LayersError
from playground.tabs.models.page.pieces import draw_alert, draw_sentence, draw_waiting
from playground.tabs.models.page.room import RoomLayout, join_models, recall, remember
from playground.tabs.models.page.sections.attention.answers import draw_effect, draw_lens, draw_salient
from playground.tabs.models.page.sections.attention.drawing import draw_sentences
from playground.tabs.models.page.sections.attention.layout import ModelsAttentionLayout
from playground.tabs.models.visit.attention import (
    SECTION,
    find_salient,
    look,
    look_after_each_layer,
    sentence_in,
    switch_off,
)
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_text
from providers.errors import PlaygroundError
from providers.inspection import Ablation, Salience
from providers.types import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsAttentionScreen(Screen):
    """The figures, what an ablation does, what was asked of one model, and two buttons."""

    BUTTONS = ("look", "stop")

    shown: object = no_change()
    effect: object = no_change()
    asked: object = no_change()
    looked_at: object = no_change()
    look: object = no_change()
    stop: object = no_change()


PART = "models-attention"


def wire_attention(page: Page[ModelsVisits], room: RoomLayout, layout: ModelsAttentionLayout) -> None:
    app = page.app
    inputs = [layout.sentence, page.sidebar.models, room.beside]

    async def on_look(request: gr.Request, text: str, models: object, beside: object) -> AsyncGenerator[list[object]]:
        refs = join_models(models, beside)
        async for screen in going.show(app.who(request), lambda who: look_at(app, who, refs, text)):
            yield screen.outputs()

    async def on_example(
        request: gr.Request, _text: str, models: object, beside: object
    ) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        text = who.text("models.attention_example_text")
        first: object = text
        refs = join_models(models, beside)
        async for screen in going.show(who, lambda reader: look_at(app, reader, refs, text)):
            yield [first, *screen.outputs()]
            first = gr.skip()

    async def on_restored(request: gr.Request, held: str) -> AsyncGenerator[list[object]]:
        """After the page was read again in another language."""
        text, refs = recall(held)
        if not refs or app.going.is_under_way(app.who(request), PART):  # which draws it
            yield [gr.skip()] * len(redrawn)
            return
        async for screen in look_at(app, app.who(request), refs, text):
            yield [screen.shown, screen.looked_at, screen.look, screen.stop]  # what was asked is asked again

    async def switched_off(request: gr.Request, ref: object, heads: object, layers: object) -> str:
        return await without(app, app.who(request), ref, heads, layers)

    async def answer_again(request: gr.Request, ref: object, position: object, method: object = None) -> str:
        if method is None:
            return await after_each_layer(app, app.who(request), ref, position)
        return await what_counted(app, app.who(request), ref, position, method)

    effect, told = ask_again(page, layout.effect, switched_off), ask_again(page, layout.asked, answer_again)

    async def on_ablate(request: gr.Request, event: gr.EventData) -> object:
        return await effect(request, event.ref, event.heads, event.layers)

    async def on_lens(request: gr.Request, event: gr.EventData) -> object:
        return await told(request, event.ref, event.position)

    async def on_salience(request: gr.Request, event: gr.EventData) -> object:
        return await told(request, event.ref, event.position, event.method)

    redrawn = [layout.shown, layout.looked_at, layout.look, layout.stop]
    going = goes_on(page, PART, layout.outputs)
    page.restored.change(on_restored, layout.looked_at, redrawn, **PRIVATE)
    gr.on([layout.look.click, layout.sentence.submit], on_look, inputs, layout.outputs, **PRIVATE)
    layout.example.click(on_example, inputs, [layout.sentence, *layout.outputs], **PRIVATE)
    layout.shown.ablate(on_ablate, None, layout.effect, **EACH)
    layout.shown.lens(on_lens, None, layout.asked, **EACH)
    layout.shown.salience(on_salience, None, layout.asked, **EACH)
    room.stops[layout.stop] = SECTION


async def look_at(
    app: App[ModelsVisits], who: Who, refs: Sequence[str], text: str
) -> AsyncGenerator[ModelsAttentionScreen]:
    """Read the sentence in each model; what cannot be seen there says why, and the others stand."""
    show = app.show(who)
    try:
        sentence = checked_text(text, app.bounds)
        if not refs:
            yield ModelsAttentionScreen(shown=draw_sentence(show, "no_models"))
            return
        yield ModelsAttentionScreen.showing("stop", shown=draw_sentence(show, "reading"), effect="", asked="")
        told: list[Progress] = []
        looking = look(app.visits, who.visitor, refs, sentence, told.append)
        async for _ in beats(task := asyncio.ensure_future(looking)):
            yield ModelsAttentionScreen(shown=draw_waiting(show, told[-1])) if told else ModelsAttentionScreen()
            told.clear()
        drawn = draw_sentences(show, task.result().found, await app.visits.known_models(who.visitor))
        yield ModelsAttentionScreen.showing("look", shown=drawn, looked_at=remember(text, refs))
    except PlaygroundError as error:
        yield ModelsAttentionScreen.showing("look", shown=draw_alert(show, error), effect="", asked="")


async def without(app: App[ModelsVisits], who: Who, ref: object, heads: object, layers: object) -> str:
    """What is lost without these heads and layers; nothing where none is switched off."""
    show = app.show(who)
    try:
        ablation = checked_ablation(heads, layers)
        if not ablation:
            return ""
        effect = await switch_off(app.visits, who.visitor, str(ref), ablation)
        return draw_effect(show, effect, sentence_in(app.visits, who.visitor, str(ref)))
    except PlaygroundError as error:
        return draw_alert(show, error)


async def after_each_layer(app: App[ModelsVisits], who: Who, ref: object, position: object) -> str:
    """The logit lens at a token."""
    show = app.show(who)
    try:
        place = _checked_place(position)
        rows = await look_after_each_layer(app.visits, who.visitor, str(ref), place)
        return draw_lens(show, rows, sentence_in(app.visits, who.visitor, str(ref)), place)
    except PlaygroundError as error:
        return draw_alert(show, error)


async def what_counted(app: App[ModelsVisits], who: Who, ref: object, position: object, method: object) -> str:
    """What speaks for the likeliest token after a token."""
    show = app.show(who)
    try:
        way: Salience = "integrated" if method == "integrated" else "gradient"
        found = await find_salient(app.visits, who.visitor, str(ref), _checked_place(position), way)
        return draw_salient(show, found, sentence_in(app.visits, who.visitor, str(ref)))
    except PlaygroundError as error:
        return draw_alert(show, error)


def checked_ablation(heads: object, layers: object) -> Ablation:
    """Pairs (layer, head) and layers, from 0. Raises `LayersError("layer_place")`."""
    pairs = heads if isinstance(heads, list) else []
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
        raise LayersError("layer_place")
    whole = layers if isinstance(layers, list) else []
    return Ablation(
        heads=frozenset((_checked_place(layer), _checked_place(head)) for layer, head in pairs),
        layers=frozenset(map(_checked_place, whole)),
    )


def _checked_place(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise LayersError("layer_place")
    return value
