"""Search: the ranked passages alone, and the page beside in which one of them is marked."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import gradio as gr

from playground.page.parts.redrawn import MARK, ask_again, is_marked
from playground.page.parts.under_way import goes_on
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.rag.lab.documents import RetrievalResult
from playground.tabs.rag.lab.errors import UnknownDocument
from playground.tabs.rag.page.drawing.passages import Pages, draw_passages
from playground.tabs.rag.page.drawing.pieces import draw_alert, draw_notice, draw_sentence
from playground.tabs.rag.page.drawing.reader import draw_page, draw_reader_alert
from playground.tabs.rag.page.events.listing import tell_indexing
from playground.tabs.rag.page.fields import (
    RetrievalFields,
    checked_retrieval,
    checked_retrieval_of_ticked,
    stored_documents,
)
from playground.tabs.rag.page.layout.tab import RagLayout
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.checks import checked_text
from providers.errors import InputError, PlaygroundError


def wire_search(page: Page[RagVisits], layout: RagLayout) -> None:
    """Everything of "Search": a switch searches again."""
    app, parts = page.app, layout.searching
    inputs = [parts.question, *layout.fields]

    async def on_search(request: gr.Request, question: str, *values: Any) -> AsyncGenerator[str]:
        now = RetrievalFields.of(values)
        async for screen in going.show(app.who(request), lambda who: search_with_progress(app, who, now, question)):
            yield screen

    async def on_switch(request: gr.Request, question: str, *values: Any) -> AsyncGenerator[object]:
        if not (question or "").strip():
            yield gr.skip()
            return
        async for screen in on_search(request, question, *values):
            yield screen

    def on_load(request: gr.Request) -> str:
        return draw_sentence(app.show(app.who(request)), "empty_search")

    async def on_restored(request: gr.Request, found: object, question: str, *values: Any) -> AsyncGenerator[object]:
        """After the page was read again in another language."""
        if not is_marked(found):
            yield gr.skip()
            return
        async with aclosing(
            search_with_progress(app, app.who(request), RetrievalFields.of(values), question)
        ) as screens:
            async for screen in screens:
                yield screen

    page.on_open(on_load, [], parts.found)
    going = goes_on(page, "rag-search", parts.found)
    page.restored.change(on_restored, [parts.found, *inputs], parts.found, **PRIVATE)
    for event in (parts.search.click, parts.question.submit):
        event(on_search, inputs, parts.found, **PRIVATE)
    for switch in parts.ways:
        changed = switch.release if isinstance(switch, gr.Slider) else switch.input  # type: ignore[attr-defined]
        changed(on_switch, inputs, parts.found, trigger_mode="always_last", **PRIVATE)


def wire_reader(page: Page[RagVisits], layout: RagLayout) -> None:
    """The page beside: it opens wherever a passage or a document is named."""
    app = page.app

    async def read(request: gr.Request, place: Any, *values: Any) -> str:
        return await open_page(app, app.who(request), RetrievalFields.of(values), place)

    asked = ask_again(page, layout.reader, read)

    async def on_read(request: gr.Request, event: gr.EventData, *values: Any) -> object:
        return await asked(request, (event.document, event.page, event.start, event.end), *values)

    asking, inside = layout.asking, layout.inside
    for place in (
        *(asking.past, asking.current, layout.searching.found, layout.files.listing),
        *(inside.chunks, inside.near, layout.reader),
    ):
        place.read(on_read, layout.fields, layout.reader, **EACH)
    layout.reader.close(lambda: "", None, layout.reader, queue=False, **PRIVATE)


async def search_with_progress(
    app: App[RagVisits], who: Who, fields: RetrievalFields, question: str
) -> AsyncGenerator[str]:
    """`search`, and before it, while the index is built, how far that is."""
    if (question or "").strip():
        try:
            async with aclosing(tell_indexing(app, who, fields)) as told:
                async for said in told:
                    yield said
        except PlaygroundError as error:
            yield draw_alert(app.show(who), error)
            return
    yield await search(app, who, fields, question)


async def search(app: App[RagVisits], who: Who, fields: RetrievalFields, question: str) -> str:
    """The ranked passages alone."""
    show = app.show(who)
    try:
        text = checked_text(question or "", app.bounds)
        retrieval = await checked_retrieval_of_ticked(app, who, fields)
        found = await app.visits.search(who.visitor, text, retrieval)
        pages = await _pages(app, who, found, retrieval)
        return draw_passages(show, found, pages) + draw_notice(show, "search") + MARK
    except PlaygroundError as error:
        return draw_alert(show, error)


async def _pages(app: App[RagVisits], who: Who, found: RetrievalResult, retrieval: RetrievalSetup) -> Pages:
    """The pages that the passages stand in; one that was removed meanwhile is left out."""
    pages = {}
    for document, number in dict.fromkeys((one.chunk.document, one.chunk.page) for one in found.passages):
        try:
            pages[document, number] = await app.visits.page(who.visitor, document, number, retrieval)
        except InputError:
            continue
    return pages


async def open_page(
    app: App[RagVisits], who: Who, fields: RetrievalFields, place: tuple[object, object, object, object]
) -> str:
    """A page of one of the visitor's documents, a passage highlighted: document, page, start, end."""
    show, (digest, number, start, end) = app.show(who), place
    try:
        document = next((one for one in await stored_documents(app, who, fields) if one.digest == digest), None)
        if document is None:
            raise UnknownDocument("document")
        retrieval = checked_retrieval(app, who, fields)
        page = await app.visits.page(who.visitor, document.digest, _checked_place(number), retrieval)
        return draw_page(show, document, page, _checked_place(start), _checked_place(end))
    except PlaygroundError as error:
        return draw_reader_alert(show, error)


def _checked_place(value: object) -> int:
    """Raises `UnknownDocument("document")` for what is no place in a document."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnknownDocument("document")
    return value
