"""Inside: the chunks of a document, what lies nearest to one of them, and the map of all of them."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr

from playground.page.parts.held import held_values, hold_values
from playground.page.parts.redrawn import MARK, is_marked
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.rag.lab.documents import Chunk
from playground.tabs.rag.lab.errors import UnknownDocument
from playground.tabs.rag.page.drawing.figures import plot_map
from playground.tabs.rag.page.drawing.inside import draw_chunks, draw_neighbours
from playground.tabs.rag.page.drawing.pieces import draw_alert, draw_notice, draw_sentence
from playground.tabs.rag.page.fields import RetrievalFields, checked_retrieval, stored_documents
from playground.tabs.rag.page.layout.tab import RagLayout
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.checks import checked_text
from providers.errors import PlaygroundError

NEAREST = 8
"""Neighbours that are shown."""


def wire_inside(page: Page[RagVisits], layout: RagLayout) -> None:
    """Everything of "Inside"."""
    app, parts, fields = page.app, layout.inside, layout.fields

    async def on_document(request: gr.Request, document: object, held: str, *values: Any) -> list[object]:
        """Another document, or the same once more when the page was read again: then it is opened where it was."""
        return await open_inside(app, app.who(request), RetrievalFields.of(values), document, held)

    async def on_cut(request: gr.Request, document: object, *values: Any) -> list[object]:
        return [*await open_inside(app, app.who(request), RetrievalFields.of(values), document), ""]

    async def on_leaf(
        request: gr.Request, event: gr.EventData, document: object, held: str, *values: Any
    ) -> list[object]:
        _, _, near = of_document(held, document)
        shown = await show_chunks(app, app.who(request), RetrievalFields.of(values), document, event.first)
        return [shown, hold_values(document, event.first, near)]

    async def on_near(
        request: gr.Request, event: gr.EventData, document: object, held: str, *values: Any
    ) -> list[object]:
        _, first, _ = of_document(held, document)
        shown = await show_neighbours(app, app.who(request), RetrievalFields.of(values), document, event.chunk)
        return [shown, hold_values(document, first, event.chunk)]

    async def on_draw(request: gr.Request, question: str, *values: Any) -> list[object]:
        return await show_map(app, app.who(request), RetrievalFields.of(values), question)

    async def on_load(request: gr.Request, *values: Any) -> object:
        return await offer_documents(app, app.who(request), RetrievalFields.of(values))

    async def on_restored(request: gr.Request, told: object, question: str, *values: Any) -> list[object]:
        """After the page was read again in another language."""
        if not is_marked(told):
            return [gr.skip(), gr.skip()]
        return await show_map(app, app.who(request), RetrievalFields.of(values), question)

    page.on_open(on_load, fields, parts.document)
    page.restored.change(on_restored, [parts.told, parts.question, *fields], [parts.told, parts.map], **PRIVATE)
    asked = [parts.document, parts.held, *fields]
    parts.document.change(on_document, asked, [parts.chunks, parts.near], **PRIVATE)
    for slider in (layout.files.tokens, layout.files.overlap):
        slider.release(on_cut, [parts.document, *fields], [parts.chunks, parts.near, parts.held], **PRIVATE)
    parts.chunks.leaf(on_leaf, asked, [parts.chunks, parts.held], **PRIVATE)
    parts.chunks.near(on_near, asked, [parts.near, parts.held], **EACH)
    for event in (parts.draw.click, parts.question.submit):
        event(on_draw, [parts.question, *fields], [parts.told, parts.map], **PRIVATE)


def wire_then_inside(page: Page[RagVisits], layout: RagLayout, event: gr.events.Dependency) -> None:
    """The documents to choose from inside follow those on the left."""
    app, document = page.app, layout.inside.document

    async def on_end(request: gr.Request, current: object, *values: Any) -> object:
        return await offer_documents(app, app.who(request), RetrievalFields.of(values), current)

    event.then(on_end, [document, *layout.fields], document, **PRIVATE)


async def offer_documents(app: App[RagVisits], who: Who, fields: RetrievalFields, current: object = None) -> object:
    """The choices of "Inside": the visitor's documents, the chosen one kept."""
    try:
        choices = [(one.name, one.digest) for one in await stored_documents(app, who, fields)]
    except PlaygroundError:  # told where the list of documents is
        choices = []
    digests = [digest for _, digest in choices]
    value = current if current in digests else next(iter(digests), None)
    return gr.update(choices=choices, value=value)


def of_document(held: object, document: object) -> list[object]:
    """The document, the first chunk of its leaf, and the chunk whose neighbours are shown, where these are its own."""
    values = held_values(held, 3)
    return values if document and values[0] == document else [document, 0, None]


async def open_inside(
    app: App[RagVisits], who: Who, fields: RetrievalFields, document: object, held: object = ""
) -> list[object]:
    """Updates of the chunks and of the neighbours, as `held` has them."""
    _, first, near = of_document(held, document)
    chunks = await show_chunks(app, who, fields, document, first)
    return [chunks, "" if near is None else await show_neighbours(app, who, fields, document, near)]


async def show_chunks(
    app: App[RagVisits], who: Who, fields: RetrievalFields, document: object, first: object = 0
) -> str:
    """The chunks of a document, from the chunk counted `first`."""
    show = app.show(who)
    if not document:
        return draw_sentence(show, "empty_inside")
    try:
        if isinstance(first, bool) or not isinstance(first, int):
            raise UnknownDocument("document")
        return draw_chunks(show, await _chunks(app, who, fields, str(document)), first)
    except PlaygroundError as error:
        return draw_alert(show, error)


async def show_neighbours(
    app: App[RagVisits], who: Who, fields: RetrievalFields, document: object, chunk: object
) -> str:
    """What lies nearest to a chunk, in all documents."""
    show = app.show(who)
    try:
        retrieval = checked_retrieval(app, who, fields)
        nearest = await app.visits.neighbours(who.visitor, str(chunk), NEAREST, retrieval)
        of = [one for one in await _chunks(app, who, fields, str(document)) if one.id == chunk]
        return draw_neighbours(show, of[0] if of else None, nearest)
    except PlaygroundError as error:
        return draw_alert(show, error)


async def show_map(app: App[RagVisits], who: Who, fields: RetrievalFields, question: str) -> list[object]:
    """What the map keeps of the vectors, in words, and the map."""
    show = app.show(who)
    try:
        asked = checked_text(question or "", app.bounds, empty=True)
        every, flat = await app.visits.map(who.visitor, asked, checked_retrieval(app, who, fields))
        figure = await asyncio.to_thread(plot_map, show, every, flat, asked)
    except PlaygroundError as error:
        return [draw_alert(show, error), gr.update(visible=False)]
    first, second = flat.explained
    said = draw_sentence(show, "map_told", count=len(every), share=first + second)
    return [said + draw_notice(show, "map") + MARK, gr.update(value=figure, visible=True)]


async def _chunks(app: App[RagVisits], who: Who, fields: RetrievalFields, document: str) -> tuple[Chunk, ...]:
    return await app.visits.chunks(who.visitor, document, checked_retrieval(app, who, fields))
