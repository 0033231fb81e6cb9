"""What a visitor is told once who writes to a model in a language that it hardly speaks: what to expect, and others."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Sequence

import gradio as gr

from playground.asking.text_language import detect_language
from playground.page.program import PRIVATE, App, Page, Who
from playground.page.sidebar.fetching import in_place_of
from playground.page.sidebar.offers import choice_of
from playground.tabs.chat.page.fields import ChatWho, who_at
from playground.tabs.chat.page.layout import ChatLayout
from playground.tabs.chat.visit.visits import ChatVisits
from playground.visitors.expiring import Expiring
from playground.visitors.fitting_models import better_ones, from_hub, speaks
from providers.types import ModelInfo

_DAY = 86_400


def wire_speaking(page: Page[ChatVisits], layout: ChatLayout) -> None:
    """With each message, until it was told. That it was is remembered by the browser (`chat/speaking.js`), too."""
    app, models, told = page.app, page.sidebar.models, Expiring[bool](_DAY)

    async def on_sending(conversation: str, chosen: list[str], request: gr.Request) -> object:
        who = who_at(app, request, conversation)
        if told.get(who.visitor) or not (said := await describe_speaking(app, who, chosen)):
            return gr.skip()
        told.put(who.visitor, True)
        return said

    async def on_use(chosen: list[str], request: gr.Request, event: gr.EventData) -> object:
        return await use(app, app.who(request), str(event.model), chosen)

    layout.sending.change(on_sending, [layout.conversation, models], layout.speaking, **PRIVATE)
    layout.speaking.use(on_use, models, models, **PRIVATE)


async def describe_speaking(app: App[ChatVisits], who: ChatWho, chosen: Sequence[str]) -> str:
    """Nothing where every model speaks the language of the last message, which is the page's where that is too short to
    tell: by what was measured of it here, else by what its makers say. What the Hub has is offered where it answers.
    """
    conversation = await app.visits.load_in_thread(who.key)
    if not conversation.turns:
        return ""
    language = await asyncio.to_thread(detect_language, conversation.turns[-1].question) or who.language
    if not app.show(who).has(f"language.{language}"):
        return ""
    known = await app.models(who)
    asked = [known[ref] for ref in chosen if ref in known and known[ref].local]
    hardly = next((model for model in asked if not speaks(model, language)), None)
    if hardly is None:
        return ""
    every, options = tuple(known.values()), app.reach.options
    others = better_ones(every, hardly, language, options)
    if any(map(from_hub, others)) and not await app.reach.reaches_hub():
        others = better_ones(every, hardly, language, options, hub=False)
    return draw_speaking(app, who, hardly, language, others)


def draw_speaking(app: App[ChatVisits], who: Who, model: ModelInfo, language: str, others: Sequence[ModelInfo]) -> str:
    """What to expect of the model, and a button for it and for each of the others."""
    show = app.show(who)
    said = html.escape(show.text("chat.hardly", model=model.name, language=show.language_name(language)))
    stay = html.escape(show.text("chat.hardly_stay", model=model.name))
    buttons = f'<button type="button" class="inline-button" data-dismiss>{stay}</button>'
    for other in others:
        name = html.escape(other.ref)
        buttons += f'<button type="button" class="inline-button" data-use="{name}">{choice_of(show, other)}</button>'
    return f'<div class="notice" role="status"><p>{said}</p><div class="fetching-buttons">{buttons}</div></div>'


async def use(app: App[ChatVisits], who: Who, ref: str, chosen: Sequence[str]) -> object:
    """The chosen models with that one among them. One that there is not changes nothing."""
    known = await app.models(who)
    if ref not in known:
        return gr.skip()
    wanted = next(iter(known[ref].languages), who.language)
    language = who.language if speaks(known[ref], who.language) else wanted
    return gr.update(value=in_place_of(chosen, known[ref], known, language))
