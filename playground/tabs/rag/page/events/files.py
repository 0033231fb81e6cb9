"""The left side: documents are added, read by OCR, ticked and removed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.asking.upload import Upload
from playground.page.parts import uploads
from playground.page.parts.clearing import wire_clearing
from playground.page.parts.pace import throttle
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import goes_on
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.rag.lab.errors import UnknownDocument
from playground.tabs.rag.page.drawing.files import (
    draw_ingest,
    draw_ingest_outcome,
)
from playground.tabs.rag.page.drawing.omissions import draw_waiting
from playground.tabs.rag.page.drawing.pieces import draw_alert
from playground.tabs.rag.page.events.inside import wire_then_inside
from playground.tabs.rag.page.events.listing import list_documents
from playground.tabs.rag.page.events.scans import Scanned, names_of, still_waiting, waiting_scans
from playground.tabs.rag.page.fields import RetrievalFields, checked_retrieval
from playground.tabs.rag.page.layout.tab import RagLayout
from playground.tabs.rag.visit.values import Admission, Ingest
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.checks import checked_text
from playground.web.scripts import script_function
from providers.errors import PlaygroundError

PLACE = "add"
PART = "rag-files"


@dataclass(frozen=True, slots=True, kw_only=True)
class RagFilesScreen(Screen):
    """What adding redraws on the left side."""

    BUTTONS = ("stop",)

    upload: object = no_change()
    text: object = no_change()
    progress: object = no_change()
    stop: object = no_change()
    listing: object = no_change()


@dataclass(frozen=True, slots=True)
class BesideFiles:
    """What an example draws, which adds documents first: the left side, and beside it its own."""

    files: RagFilesScreen
    beside: Screen

    def again(self) -> list[object]:
        return [*self.files.outputs(), *self.beside.outputs()]


def wire_files(page: Page[RagVisits], layout: RagLayout, kept: Scanned) -> None:
    """Everything of the left side but the embedding model and the length of the chunks."""
    app, parts, fields = page.app, layout.files, layout.fields

    async def on_upload(request: gr.Request, paths: object, *values: Any) -> AsyncGenerator[list[object]]:
        files, now = uploads.Once(paths), RetrievalFields.of(values)
        async for screen in going.show(app.who(request), lambda who: upload(app, who, kept, now, files)):
            yield screen.outputs()

    async def on_paste(request: gr.Request, name: str, text: str, *values: Any) -> AsyncGenerator[list[object]]:
        now = RetrievalFields.of(values)
        async for screen in going.show(app.who(request), lambda who: paste(app, who, kept, now, (name, text))):
            yield screen.outputs()

    async def on_samples(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        now, samples = RetrievalFields.of(values), app.visits.samples()
        async for screen in going.show(app.who(request), lambda who: add(app, who, kept, now, samples)):
            yield screen.outputs()

    async def on_ocr(request: gr.Request, event: gr.EventData, *values: Any) -> AsyncGenerator[list[object]]:
        now, name = RetrievalFields.of(values), event.name
        async for screen in going.show(app.who(request), lambda who: read_scanned(app, who, kept, now, name)):
            yield screen.outputs()

    async def on_remove(request: gr.Request, event: gr.EventData, *values: Any) -> str:
        return await remove(app, app.who(request), RetrievalFields.of(values), event.document)

    def on_restored(request: gr.Request) -> object:
        """After the page was read again in another language: the files whose pictures may still be read."""
        who = app.who(request)
        if app.going.is_under_way(who, PART):  # which tells how far it is
            return gr.skip()
        return draw_waiting(app.show(who), names_of(kept.get(who.visitor) or ()))

    going = goes_on(page, PART, parts.outputs)
    page.restored.change(on_restored, None, parts.progress, **PRIVATE)

    adding = [
        parts.upload.upload(on_upload, [parts.upload, *fields], parts.outputs, **PRIVATE),
        parts.paste.click(on_paste, [parts.name, parts.text, *fields], parts.outputs, **PRIVATE),
        parts.samples.click(on_samples, fields, parts.outputs, **PRIVATE),
        parts.progress.ocr(on_ocr, fields, parts.outputs, **PRIVATE),
    ]
    removed = parts.listing.remove(on_remove, fields, parts.listing, **EACH)
    places = [layout.asking.current, layout.searching.found, layout.measuring.progress, layout.assistant.told]
    for event in (*adding, removed):
        wire_then_inside(page, layout, event)
    for event in adding:
        wire_clearing(event.then, {UnknownDocument("documents").key}, places)
    wire_stop(app, parts.stop, app.visits.stop, PLACE)
    parts.listing.tick(None, None, parts.excluded, js=script_function("rag/excluded_documents"), **PRIVATE)


async def upload(
    app: App[RagVisits], who: Who, kept: Scanned, fields: RetrievalFields, paths: object
) -> AsyncGenerator[RagFilesScreen]:
    """Files from the browser."""
    try:
        taken = await uploads.take(paths or [])
    except PlaygroundError as error:
        yield RagFilesScreen(upload=None, progress=draw_alert(app.show(who), error))
        return
    if not taken:
        return
    async with aclosing(add(app, who, kept, fields, taken)) as screens:
        async for screen in screens:
            yield screen


async def paste(
    app: App[RagVisits], who: Who, kept: Scanned, fields: RetrievalFields, typed: tuple[str, str]
) -> AsyncGenerator[RagFilesScreen]:
    """A text typed or pasted, with its name; it is taken out of its box when it is kept."""
    try:
        name, text = typed
        taken = (uploads.text_upload(name or who.text("rag.paste_name_default"), checked_text(text or "", app.bounds)),)
    except PlaygroundError as error:
        yield RagFilesScreen(progress=draw_alert(app.show(who), error))
        return
    yield RagFilesScreen(text="")
    async with aclosing(add(app, who, kept, fields, taken)) as screens:
        async for screen in screens:
            yield screen


async def read_scanned(
    app: App[RagVisits], who: Who, kept: Scanned, fields: RetrievalFields, name: object
) -> AsyncGenerator[RagFilesScreen]:
    """The file that was rejected for having no text, or read in part, with its pictures read."""
    taken = tuple(one.upload for one in kept.get(who.visitor) or () if name in one.names)
    if not taken:
        yield RagFilesScreen(progress=draw_alert(app.show(who), UnknownDocument("document")))
        return
    async with aclosing(add(app, who, kept, fields, taken, ocr_only=str(name))) as screens:
        async for screen in screens:
            yield screen


async def add(
    app: App[RagVisits],
    who: Who,
    kept: Scanned,
    fields: RetrievalFields,
    taken: Sequence[Upload],
    *,
    ocr_only: str = "",
) -> AsyncGenerator[RagFilesScreen]:
    """Read, cut, embed and keep; the list grows with each file. With `ocr_only` only the file of that name, and the
    text in its pictures too."""
    show = app.show(who)
    admission = Admission(ocr=bool(ocr_only), beside=True, only=ocr_only)
    latest, count = Ingest(total=len(taken)), 0
    try:
        retrieval = checked_retrieval(app, who, fields)
        yield RagFilesScreen.showing("stop", upload=None, progress=draw_ingest(show, latest))
        adding = app.visits.add(who.visitor, taken, retrieval, admission)
        async with aclosing(throttle(app.going.keep(who, adding))) as steps:
            async for latest in steps:
                grown = len(latest.added) + len(latest.reread)
                shown = {"listing": await list_documents(app, who, fields)} if grown != count else {}
                count = grown
                yield RagFilesScreen(progress=draw_ingest(show, latest), **shown)
        ended = draw_ingest_outcome(show, latest)
        if ocr_only:
            ended += draw_waiting(show, still_waiting(kept, who, "" if latest.stopped else ocr_only))
        else:
            kept.put(who.visitor, waiting_scans(taken, latest))
    except PlaygroundError as error:
        ended = draw_ingest_outcome(show, latest) + draw_alert(show, error)
    listing = await list_documents(app, who, fields)
    yield RagFilesScreen.showing(upload=None, progress=ended, listing=listing)


async def remove(app: App[RagVisits], who: Who, fields: RetrievalFields, document: object) -> str:
    """The list without that document."""
    try:
        await app.visits.remove(who.visitor, str(document), checked_retrieval(app, who, fields))
    except PlaygroundError as error:
        return draw_alert(app.show(who), error) + await list_documents(app, who, fields)
    return await list_documents(app, who, fields)
