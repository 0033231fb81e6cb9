"""What the events of "Search", of "Inside" and of the page beside do."""

from __future__ import annotations

import asyncio

import gradio as gr

from playground.page.program import App, Who
from playground.tabs.rag.lab.documents import Chunk, RetrievalResult
from playground.tabs.rag.page.drawing.figures import map_figure
from playground.tabs.rag.page.drawing.inside import chunks, near
from playground.tabs.rag.page.drawing.passages import Pages, found
from playground.tabs.rag.page.drawing.pieces import alert, noticed, say, told
from playground.tabs.rag.page.drawing.reader import reader
from playground.tabs.rag.page.events.choose import Chosen, retrieval_of, with_files
from playground.tabs.rag.page.events.files import stored
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.checks import checked_text
from providers.errors import InputError, PlaygroundError

NEAREST = 8
"""Neighbours that are shown."""


async def search(app: App[RagVisits], who: Who, chosen: Chosen, question: str) -> str:
    """The ranked passages alone."""
    show = app.show(who)
    try:
        text = checked_text(question or "", app.bounds)
        retrieval = await with_files(app, who, chosen)
        it = await app.visits.search(who.visitor, text, retrieval)
        return found(show, it, await _pages(app, who, it, retrieval)) + noticed(show, "search")
    except PlaygroundError as error:
        return alert(show, error)


async def _pages(app: App[RagVisits], who: Who, it: RetrievalResult, retrieval: RetrievalSetup) -> Pages:
    """The pages that the passages stand in; one that was removed meanwhile is left out."""
    pages = {}
    for document, number in dict.fromkeys((one.chunk.document, one.chunk.page) for one in it.passages):
        try:
            pages[document, number] = await app.visits.page(who.visitor, document, number, retrieval)
        except InputError:
            continue
    return pages


async def read(app: App[RagVisits], who: Who, chosen: Chosen, place: tuple[object, object, object, object]) -> str:
    """A page of one of the visitor's documents, a passage highlighted: document, page, start, end."""
    show, (digest, number, start, end) = app.show(who), place
    try:
        document = next((one for one in await stored(app, who, chosen) if one.digest == digest), None)
        if document is None:
            raise InputError("document")
        retrieval = retrieval_of(app, who, chosen)
        page = await app.visits.page(who.visitor, document.digest, _whole(number), retrieval)
        return reader(show, document, page, _whole(start), _whole(end))
    except PlaygroundError as error:
        said = alert(show, error)
        return (
            f'<div class="reader" role="dialog" tabindex="-1" aria-label="{say(show, "close")}"><header><span></span>'
            f'<button type="button" data-close aria-label="{say(show, "close")}">✕</button></header>{said}</div>'
        )


async def documents(app: App[RagVisits], who: Who, chosen: Chosen, current: object = None) -> object:
    """The choices of "Inside": the visitor's documents, the chosen one kept."""
    try:
        choices = [(one.name, one.digest) for one in await stored(app, who, chosen)]
    except PlaygroundError:  # told where the list of documents is
        choices = []
    digests = [digest for _, digest in choices]
    value = current if current in digests else next(iter(digests), None)
    return gr.update(choices=choices, value=value)


async def leaf(app: App[RagVisits], who: Who, chosen: Chosen, document: object, first: object = 0) -> str:
    """The chunks of a document."""
    show = app.show(who)
    if not document:
        return told(show, "empty_inside")
    try:
        return chunks(show, await _chunks(app, who, chosen, str(document)), _whole(first))
    except PlaygroundError as error:
        return alert(show, error)


async def neighbours(app: App[RagVisits], who: Who, chosen: Chosen, document: object, chunk: object) -> str:
    """What lies nearest to a chunk, in all documents."""
    show = app.show(who)
    try:
        retrieval = retrieval_of(app, who, chosen)
        nearest = await app.visits.neighbours(who.visitor, str(chunk), NEAREST, retrieval)
        of = [one for one in await _chunks(app, who, chosen, str(document)) if one.id == chunk]
        return near(show, of[0] if of else None, nearest)
    except PlaygroundError as error:
        return alert(show, error)


async def draw_map(app: App[RagVisits], who: Who, chosen: Chosen, question: str) -> list[object]:
    """What the map keeps of the vectors, in words, and the map."""
    show = app.show(who)
    try:
        asked = checked_text(question or "", app.bounds, empty=True)
        every, flat = await app.visits.map(who.visitor, asked, retrieval_of(app, who, chosen))
        figure = await asyncio.to_thread(map_figure, show, every, flat, asked)
    except PlaygroundError as error:
        return [alert(show, error), gr.update(visible=False)]
    first, second = flat.explained
    said = told(show, "map_told", count=f"{len(every):,}", share=f"{first + second:.0%}")
    return [said + noticed(show, "map"), gr.update(value=figure, visible=True)]


async def _chunks(app: App[RagVisits], who: Who, chosen: Chosen, document: str) -> tuple[Chunk, ...]:
    return await app.visits.chunks(who.visitor, document, retrieval_of(app, who, chosen))


def _whole(value: object) -> int:
    """Raises `InputError("document")` for what is no place in a document."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError("document")
    return value
