"""The list of the documents: how far their index is, what stands in it, and a model that reads them better."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from playground.page.parts.fields import texts_of
from playground.page.parts.pace import throttle
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.rag.lab.retrieval.balance import better_reader
from playground.tabs.rag.page.drawing.files import (
    draw_documents,
    draw_indexing,
    draw_offer,
)
from playground.tabs.rag.page.drawing.pieces import draw_alert
from playground.tabs.rag.page.fields import RetrievalFields, checked_retrieval, stored_documents
from playground.tabs.rag.visit.visits import RagVisits
from providers.errors import PlaygroundError


async def tell_indexing(app: App[RagVisits], who: Who, fields: RetrievalFields) -> AsyncGenerator[str]:
    """How far the index of the documents is, until it is whole; nothing where it is. Raises `PlaygroundError`s."""
    show, retrieval = app.show(who), checked_retrieval(app, who, fields)
    async with aclosing(throttle(app.visits.collections.indexing(who.visitor, retrieval))) as states:
        async for state in states:
            yield draw_indexing(show, state)


async def open_documents(app: App[RagVisits], who: Who, fields: RetrievalFields) -> AsyncGenerator[str]:
    """The documents as they are now; before that, while their index is built, how far it is."""
    try:
        async with aclosing(tell_indexing(app, who, fields)) as told:
            async for said in told:
                yield said
    except PlaygroundError as error:
        yield draw_alert(app.show(who), error)
        return
    yield await list_documents(app, who, fields)


async def list_documents(app: App[RagVisits], who: Who, fields: RetrievalFields) -> str:
    """The documents as they are now."""
    show = app.show(who)
    try:
        stored = await stored_documents(app, who, fields)
        offer = await offer_reader(app, show, fields, {one.language for one in stored})
        if offer:  # finding it may have taken a while, in which something was added or removed
            stored = await stored_documents(app, who, fields)
        return offer + draw_documents(show, stored, texts_of(fields.excluded))
    except PlaygroundError as error:
        return draw_alert(show, error)


async def offer_reader(app: App[RagVisits], show: Renderer, fields: RetrievalFields, languages: set[str]) -> str:
    """Where the embedding model does not read a language of the documents, one that does, rather one that is here."""
    current, every = app.reach.embedding(str(fields.embedding or "")), app.visits.embeddings()
    if better_reader(current, languages, every) is None:
        return ""
    held = await app.reach.held_encoders(every)
    offered = better_reader(current, languages, sorted(every, key=lambda one: one.ref not in held))
    if offered is None:
        return ""
    language, other = offered
    return draw_offer(show, current, language, other, here=other is not None and other.ref in held)
