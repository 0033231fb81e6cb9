"""Tokens: a text is cut by every model, two texts are compared, a vocabulary is searched, merges are followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from playground.page.parts.redrawn import ask_again
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.models.page.pieces import draw_alert, draw_sentence
from playground.tabs.models.page.room import RoomLayout, join_models, recall, remember
from playground.tabs.models.page.sections.tokens.compared import draw_compared
from playground.tabs.models.page.sections.tokens.drawing import draw_cuts, draw_found, draw_merged
from playground.tabs.models.page.sections.tokens.layout import ModelsTokensLayout
from playground.tabs.models.visit.tokens import cut, find, merge
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_text
from providers.errors import PlaygroundError

_WORD = 80
"""Characters of a text whose merges are followed."""


def wire_tokens(page: Page[ModelsVisits], room: RoomLayout, layout: ModelsTokensLayout) -> None:
    app = page.app
    models = [page.sidebar.models, room.beside]

    async def on_cut(request: gr.Request, text: str, *refs: object) -> list[str]:
        models = join_models(*refs)
        return [await cut_text(app, app.who(request), models, text), remember(text, models)]

    async def on_restored(request: gr.Request, held: str) -> object:
        """After the page was read again in another language."""
        text, models = recall(held)
        return await cut_text(app, app.who(request), models, text) if models else gr.skip()

    async def on_compare(request: gr.Request, first: str, second: str, *refs: object) -> str:
        return await compare(app, app.who(request), join_models(*refs), first, second)

    async def on_query(request: gr.Request, query: str, *refs: object) -> str:
        return await search_vocabulary(app, app.who(request), join_models(*refs), query)

    async def on_word(request: gr.Request, word: str, *refs: object) -> str:
        return await follow_merges(app, app.who(request), join_models(*refs), word)

    def on_opened(request: gr.Request, *written: str) -> list[object]:
        who = app.who(request)
        if any(text.strip() for text in written):  # before the page was read again in another language
            return [gr.skip(), gr.skip()]
        return [who.text("models.example_en"), who.text("models.example_es")]

    drawn = [layout.shown, layout.looked_at]
    page.on_restored(on_restored, [layout.looked_at], layout.shown)
    gr.on([layout.cut.click, layout.text.submit], on_cut, [layout.text, *models], drawn, **PRIVATE)
    clicks = [layout.example.click, *(one.click for one in layout.odd.values())]
    buttons: dict[object, str] = {one: f"odd_{name}_text" for name, one in layout.odd.items()}
    gr.on(clicks, _example(app, buttons), models, [layout.text, *drawn], **EACH)
    compared, found = ask_again(page, layout.compared, on_compare), ask_again(page, layout.found, on_query)
    merged = ask_again(page, layout.merged, on_word)
    begun = [layout.compare.click, layout.first.submit, layout.second.submit]
    gr.on(begun, compared, [layout.first, layout.second, *models], layout.compared, **PRIVATE)
    layout.query.submit(found, [layout.query, *models], layout.found, **PRIVATE)
    layout.word.submit(merged, [layout.word, *models], layout.merged, **PRIVATE)
    room.on_opened(on_opened, [layout.first, layout.second], [layout.first, layout.second])


def _example(app: App[ModelsVisits], buttons: Mapping[object, str]) -> Any:
    """One event for all buttons, each of which has a text."""

    async def on_example(request: gr.Request, event: gr.EventData, *refs: object) -> list[str]:
        who = app.who(request)
        text = who.text(f"models.{buttons.get(event.target, 'cut_example_text')}")
        models = join_models(*refs)
        return [text, await cut_text(app, who, models, text), remember(text, models)]

    return on_example


async def cut_text(app: App[ModelsVisits], who: Who, refs: Sequence[str], text: str) -> str:
    """The text as each model cuts it."""
    show = app.show(who)
    if not refs:
        return draw_sentence(show, "no_models")
    try:
        found = await cut(app.visits, who.visitor, refs, checked_text(text, app.bounds))
    except PlaygroundError as error:
        return draw_alert(show, error)
    return draw_cuts(show, found, await app.visits.known_models(who.visitor))


async def compare(app: App[ModelsVisits], who: Who, refs: Sequence[str], first: str, second: str) -> str:
    """How many more tokens the second text has, by each tokenizer, and what each costs at a service's price."""
    show = app.show(who)
    try:
        texts = [checked_text(one, app.bounds) for one in (first, second)]
        found = [await cut(app.visits, who.visitor, refs, text) for text in texts]
    except PlaygroundError as error:
        return draw_alert(show, error, "nothing_two")
    return draw_compared(show, found[0], found[1], app.reach.catalog.models)


async def search_vocabulary(app: App[ModelsVisits], who: Who, refs: Sequence[str], query: str) -> str:
    """The tokens of each vocabulary that hold the query."""
    show = app.show(who)
    try:
        found = await find(app.visits, who.visitor, refs, checked_text(query, app.bounds))
    except PlaygroundError as error:
        return draw_alert(show, error)
    return draw_found(show, found, await app.visits.known_models(who.visitor))


async def follow_merges(app: App[ModelsVisits], who: Who, refs: Sequence[str], word: str) -> str:
    """How each byte-pair tokenizer puts a word together; of the others, what they do instead."""
    show = app.show(who)
    try:
        text = checked_text(word, app.bounds)[:_WORD]
        found = await merge(app.visits, who.visitor, refs, text)
    except PlaygroundError as error:
        return draw_alert(show, error)
    return draw_merged(show, found, await app.visits.known_models(who.visitor))
