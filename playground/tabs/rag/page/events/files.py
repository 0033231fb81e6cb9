"""The left side: documents are added, read by OCR, ticked and removed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.asking.upload import Upload
from playground.page.parts import uploads
from playground.page.parts.clearing import wire_clearing
from playground.page.parts.fields import texts_of
from playground.page.parts.pace import paced
from playground.page.parts.render import Renderer
from playground.page.parts.screen import Screen, unchanged
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.rag.lab.documents import BY_OCR
from playground.tabs.rag.lab.errors import READ_BY_OCR, UnknownDocument
from playground.tabs.rag.lab.reading.file_names import safe_name
from playground.tabs.rag.lab.retrieval.balance import better_reader
from playground.tabs.rag.page.drawing.files import (
    draw_documents,
    draw_indexing,
    draw_ingest,
    draw_ingest_outcome,
    draw_offer,
)
from playground.tabs.rag.page.drawing.omissions import draw_waiting
from playground.tabs.rag.page.drawing.pieces import draw_alert
from playground.tabs.rag.page.events.inside import wire_then_inside
from playground.tabs.rag.page.fields import RetrievalFields, checked_retrieval, stored_documents
from playground.tabs.rag.page.layout.tab import RagLayout
from playground.tabs.rag.visit.values import Admission, Ingest
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.checks import checked_text
from playground.visitors.expiring import Expiring
from providers.errors import PlaygroundError

PLACE = "add"
PART = "rag-files"


@dataclass(frozen=True, slots=True)
class WaitingScan:
    """A file that was uploaded, and those in it (itself, or files of an archive) of which OCR may read more."""

    upload: Upload
    names: tuple[str, ...]


Scanned = Expiring[tuple[WaitingScan, ...]]
"""By visitor: files that were read in part or not at all, kept for a while so that OCR may read them without a second
upload."""


def keep_scanned() -> Scanned:
    """For a quarter of an hour, of the last few visitors who had some: their files are held in memory."""
    return Expiring(900.0, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class RagFilesScreen(Screen):
    """What adding redraws on the left side."""

    BUTTONS = ("stop",)

    upload: object = unchanged()
    text: object = unchanged()
    progress: object = unchanged()
    stop: object = unchanged()
    listing: object = unchanged()


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
        return draw_waiting(app.show(who), _names(kept.get(who.visitor) or ()))

    going = goes_on(page, PART, parts.outputs)
    page.restored.change(on_restored, None, parts.progress, **PRIVATE)

    def on_tick(event: gr.EventData) -> list[str]:
        return list(texts_of(event.excluded))

    adding = [
        parts.upload.upload(on_upload, [parts.upload, *fields], parts.outputs, **PRIVATE),
        parts.paste.click(on_paste, [parts.name, parts.text, *fields], parts.outputs, **PRIVATE),
        parts.samples.click(on_samples, fields, parts.outputs, **PRIVATE),
        parts.progress.ocr(on_ocr, fields, parts.outputs, **PRIVATE),
    ]
    removed = parts.listing.remove(on_remove, fields, parts.listing, **PRIVATE)
    places = [layout.asking.current, layout.searching.found, layout.measuring.progress, layout.assistant.told]
    for event in (*adding, removed):
        wire_then_inside(page, layout, event)
    for event in adding:
        wire_clearing(event.then, {UnknownDocument("documents").key}, places)
    wire_stop(app, parts.stop, app.visits.stop, PLACE)
    parts.listing.tick(on_tick, None, parts.excluded, queue=False, **PRIVATE)


async def tell_indexing(app: App[RagVisits], who: Who, fields: RetrievalFields) -> AsyncGenerator[str]:
    """How far the index of the documents is, until it is whole; nothing where it is. Raises `PlaygroundError`s."""
    show = app.show(who)
    async with aclosing(paced(app.visits.indexing(who.visitor, checked_retrieval(app, who, fields)))) as states:
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
        return offer + draw_documents(show, stored, texts_of(fields.excluded))
    except PlaygroundError as error:
        return draw_alert(show, error)


async def offer_reader(app: App[RagVisits], show: Renderer, fields: RetrievalFields, languages: set[str]) -> str:
    """Where the embedding model does not read a language of the documents, one that does, rather one that is here."""
    current, every = app.reach.embedding(str(fields.embedding or "")), app.visits.embeddings()
    if better_reader(current, languages, every) is None:
        return ""
    held = await app.reach.held(every)
    offered = better_reader(current, languages, sorted(every, key=lambda one: one.ref not in held))
    if offered is None:
        return ""
    language, other = offered
    return draw_offer(show, current, language, other, here=other is not None and other.ref in held)


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
        async with aclosing(paced(app.going.keep(who, adding))) as steps:
            async for latest in steps:
                grown = len(latest.added) + len(latest.reread)
                shown = {"listing": await list_documents(app, who, fields)} if grown != count else {}
                count = grown
                yield RagFilesScreen(progress=draw_ingest(show, latest), **shown)
        ended = draw_ingest_outcome(show, latest)
        if ocr_only:
            ended += draw_waiting(show, _still_waiting(kept, who, "" if latest.stopped else ocr_only))
        else:
            kept.put(who.visitor, _waiting(taken, latest))
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


def _waiting(taken: Sequence[Upload], latest: Ingest) -> tuple[WaitingScan, ...]:
    """The files of which OCR may read more, or the archives that they came in."""
    names = [one.name for one in latest.rejected if one.failure.key in READ_BY_OCR]
    names += [one.came for one in latest.incomplete if any(left.kind in BY_OCR for left in one.omissions)]
    waiting = (WaitingScan(one, tuple(name for name in dict.fromkeys(names) if _holds(one, name))) for one in taken)
    return tuple(one for one in waiting if one.names)


def _still_waiting(kept: Scanned, who: Who, done: str) -> tuple[str, ...]:
    """The names that are left once that one is read; they stay within reach."""
    before = kept.get(who.visitor) or ()
    after = tuple(replace(one, names=tuple(name for name in one.names if name != done)) for one in before)
    kept.put(who.visitor, tuple(one for one in after if one.names))
    return _names(after)


def _names(scans: Sequence[WaitingScan]) -> tuple[str, ...]:
    """Of what OCR may read, each once."""
    return tuple(dict.fromkeys(name for one in scans for name in one.names))


def _holds(file: Upload, name: str) -> bool:
    """It is that file, or the archive that it came in."""
    return name == (own := safe_name(file.name)) or name.startswith(f"{own}/")
