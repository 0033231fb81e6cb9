"""The embedding model and the length of the chunks: what can be chosen, and what choosing it means."""

from __future__ import annotations

import html
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import gradio as gr

from playground.page.parts.clearing import wire_model_alerts
from playground.page.parts.measures import draw_progress
from playground.page.parts.model_labels import Whereabouts
from playground.page.parts.pace import throttle
from playground.page.parts.render import Renderer
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.rag.page.drawing.pieces import draw_alert
from playground.tabs.rag.page.events.listing import list_documents, open_documents
from playground.tabs.rag.page.fields import RetrievalFields
from playground.tabs.rag.page.layout.tab import RagLayout
from playground.tabs.rag.visit.visits import RagVisits
from providers.embedding import EmbeddingInfo
from providers.errors import Failure, MissingKey, PlaygroundError, UnknownModel


def wire_embedding(page: Page[RagVisits], layout: RagLayout) -> None:
    """Another model or length lists the documents again: each says whether it is searchable so."""
    app, parts, fields = page.app, layout.files, layout.fields

    async def on_load(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        choices, first = await embedding_choices(app, app.show(who), who), app.visits.embeddings()[0].ref
        about = describe_embedding(app, who, first)
        async with aclosing(open_documents(app, who, RetrievalFields.of(values))) as listings:
            offered: object = gr.update(choices=choices, value=first)
            async for listing in listings:
                yield [offered, about, listing]
                offered = gr.skip()  # the visitor may have chosen another one meanwhile

    async def on_embedding(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        who, now = app.who(request), RetrievalFields.of(values)
        about = describe_embedding(app, who, str(now.embedding or ""))
        async with aclosing(open_documents(app, who, now)) as listings:
            async for listing in listings:
                yield [about, listing]

    async def on_length(request: gr.Request, *values: Any) -> AsyncGenerator[str]:
        async with aclosing(open_documents(app, app.who(request), RetrievalFields.of(values))) as listings:
            async for listing in listings:
                yield listing

    async def on_key(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        """With a key, a model is no longer locked, and documents are found that it had embedded."""
        who, now = app.who(request), RetrievalFields.of(values)
        choices = gr.update(choices=await embedding_choices(app, app.show(who), who))
        about = describe_embedding(app, who, str(now.embedding or ""))
        async with aclosing(open_documents(app, who, now)) as listings:
            async for listing in listings:
                yield [choices, about, listing]

    async def on_offer(request: gr.Request, event: gr.EventData, *values: Any) -> AsyncGenerator[list[object]]:
        taking = take_offer(app, app.who(request), RetrievalFields.of(values), str(event.model))
        async with aclosing(taking) as states:
            async for state in states:
                yield state

    outputs = [parts.embedding, parts.about, parts.listing]
    page.sidebar.keys.answer.change(on_key, fields, outputs, **PRIVATE)
    about_models = [layout.asking.current, layout.measuring.progress, layout.measuring.proposing.progress]
    wire_model_alerts(page, *about_models, layout.searching.found, layout.assistant.told)
    parts.listing.embed(on_offer, fields, outputs, **PRIVATE)
    page.opened(on_load, fields, outputs, **PRIVATE)
    parts.embedding.input(on_embedding, fields, [parts.about, parts.listing], **PRIVATE)
    page.restored.change(on_embedding, fields, [parts.about, parts.listing], **PRIVATE)
    for slider in (parts.tokens, parts.overlap):
        slider.release(on_length, fields, parts.listing, **PRIVATE)


async def take_offer(app: App[RagVisits], who: Who, fields: RetrievalFields, ref: str) -> AsyncGenerator[list[object]]:
    """Fetch that embedding model, choose it, and embed the documents with it: updates of the choice and what is told of
    it, and how far it is, in the place of the list. Where it cannot be had, the choice stays and the reason is told."""
    show = app.show(who)
    try:
        async with aclosing(throttle(app.visits.preparing(who.visitor, ref))) as steps:
            async for progress in steps:
                share = progress.done / progress.total if progress.total else 0.0
                yield [gr.skip(), gr.skip(), draw_progress(html.escape(show.waiting(progress)), share)]
    except PlaygroundError as error:
        listing = await list_documents(app, who, fields)
        yield [gr.skip(), gr.skip(), draw_alert(show, error) + listing]
        return
    about = describe_embedding(app, who, ref)
    async with aclosing(open_documents(app, who, replace(fields, embedding=ref))) as listings:
        async for listing in listings:
            yield [ref, about, listing]


async def embedding_choices(app: App[RagVisits], show: Renderer, who: Who) -> list[tuple[str, str]]:
    """Label and name of every embedding model: here, to be fetched, elsewhere, in this order."""
    held = await app.reach.held_encoders(app.visits.embeddings())

    def order(one: EmbeddingInfo) -> tuple[bool, bool, bool]:
        return one.ref not in held, not one.local, _needs_key(app, who, one)

    found = sorted(app.visits.embeddings(), key=order)
    return [(_label(app, show, who, one, here=one.ref in held), one.ref) for one in found]


def _label(app: App[RagVisits], show: Renderer, who: Who, one: EmbeddingInfo, *, here: bool) -> str:
    """Name, where it is, that a key is missing, what it reads well."""
    parts = [one.name, show.place(Whereabouts(one.local, here, one.size, one.parameters))]
    if _needs_key(app, who, one):
        parts.append(show.text("model.locked"))
    if one.languages:
        listed = ", ".join(one.languages[:3]) + ("…" if len(one.languages) > 3 else "")
        parts.append(show.text("rag.reads_well", languages=listed))
    return " · ".join(parts)


def _needs_key(app: App[RagVisits], who: Who, one: EmbeddingInfo) -> bool:
    """It needs a key that the visitor has not given."""
    if one.local or one.provider in app.sessions.vault.providers(who.visitor):
        return False
    return one.provider in app.reach.key_providers()


def describe_embedding(app: App[RagVisits], who: Who, ref: str) -> str:
    """What choosing that embedding model means: where the texts go, and why it is locked."""
    show = app.show(who)
    try:
        found = app.reach.embedding(ref)
    except UnknownModel as error:
        return show.alert(Failure.of(error))
    if _needs_key(app, who, found):
        return show.alert(Failure.of(MissingKey(provider=found.provider)))
    name = "stays" if found.local else "leaves"
    said = show.text(f"rag.{name}", vendor=show.vendor(found.provider), window=found.window)
    return f'<p class="quiet">{html.escape(said)}</p>'
