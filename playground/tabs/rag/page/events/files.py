"""What the events of the left side do: add, read by OCR, remove; named functions of plain values."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, fields

import gradio as gr

from playground.asking.upload import Upload
from playground.page.parts import uploads
from playground.page.parts.pace import paced
from playground.page.program import App, Who
from playground.tabs.rag.lab.index.text_store import StoredDocument
from playground.tabs.rag.page.drawing.files import SCANNED, listing, outcome, progress
from playground.tabs.rag.page.drawing.pieces import alert
from playground.tabs.rag.page.events.choose import Chosen, names, retrieval_of
from playground.tabs.rag.visit.values import Ingest
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.checks import checked_text
from playground.visitors.expiring import Expiring
from providers.errors import InputError, PlaygroundError

PLACE = "add"
Scanned = Expiring[tuple[Upload, ...]]
"""By visitor: files without text, kept for a while so that OCR may read them without a second upload."""


def scanned() -> Scanned:
    """For a quarter of an hour, of the last few visitors who had some: their files are held in memory."""
    return Expiring(900.0, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What changes on the left side; the rest stays as it is."""

    upload: object = field(default_factory=gr.skip)
    text: object = field(default_factory=gr.skip)
    progress: object = field(default_factory=gr.skip)
    stop: object = field(default_factory=gr.skip)
    listing: object = field(default_factory=gr.skip)

    def outputs(self) -> list[object]:
        return [getattr(self, one.name) for one in fields(self)]


async def listed(app: App[RagVisits], who: Who, chosen: Chosen) -> str:
    """The documents as they are now."""
    show = app.show(who)
    try:
        return listing(show, await stored(app, who, chosen), names(chosen.excluded))
    except PlaygroundError as error:
        return alert(show, error)


async def stored(app: App[RagVisits], who: Who, chosen: Chosen) -> tuple[StoredDocument, ...]:
    """The visitor's documents."""
    return await app.visits.documents(who.visitor, retrieval_of(app, who, chosen))


async def upload(app: App[RagVisits], who: Who, kept: Scanned, chosen: Chosen, paths: object) -> AsyncGenerator[Screen]:
    """Files from the browser."""
    try:
        taken = await uploads.take(paths or [])
    except PlaygroundError as error:
        yield Screen(upload=None, progress=alert(app.show(who), error))
        return
    if not taken:
        return
    async with aclosing(add(app, who, kept, chosen, taken)) as screens:
        async for screen in screens:
            yield screen


async def paste(
    app: App[RagVisits], who: Who, kept: Scanned, chosen: Chosen, name: str, text: str
) -> AsyncGenerator[Screen]:
    """A text typed or pasted; it is taken out of its box when it is kept."""
    try:
        taken = (uploads.pasted(name or who.text("rag.paste_name_default"), checked_text(text or "", app.bounds)),)
    except PlaygroundError as error:
        yield Screen(progress=alert(app.show(who), error))
        return
    yield Screen(text="")
    async with aclosing(add(app, who, kept, chosen, taken)) as screens:
        async for screen in screens:
            yield screen


async def read_scanned(
    app: App[RagVisits], who: Who, kept: Scanned, chosen: Chosen, name: object
) -> AsyncGenerator[Screen]:
    """The files that were rejected for having no text, their pictures read."""
    waiting = kept.get(who.visitor) or ()
    taken = tuple(one for one in waiting if _holds(one, str(name)))
    if not taken:
        yield Screen(progress=alert(app.show(who), InputError("document")))
        return
    async with aclosing(add(app, who, kept, chosen, taken, ocr=True)) as screens:
        async for screen in screens:
            yield screen


async def add(
    app: App[RagVisits], who: Who, kept: Scanned, chosen: Chosen, taken: Sequence[Upload], *, ocr: bool = False
) -> AsyncGenerator[Screen]:
    """Read, cut, embed and keep; the list grows with each file."""
    show = app.show(who)
    first: dict[str, object] = {"upload": None, "stop": gr.update(visible=True)}
    latest, count = Ingest(total=len(taken)), 0
    try:
        retrieval = retrieval_of(app, who, chosen)
        yield Screen(progress=progress(show, latest), **first)
        async with aclosing(paced(app.visits.add(who.visitor, taken, retrieval, ocr))) as steps:
            async for latest in steps:
                grown = len(latest.added) != count
                count = len(latest.added)
                shown = {"listing": await listed(app, who, chosen)} if grown else {}
                yield Screen(progress=progress(show, latest), **shown)
        if not ocr:
            kept.put(who.visitor, _without_text(taken, latest))
        ended = outcome(show, latest)
    except PlaygroundError as error:
        ended = outcome(show, latest) + alert(show, error)
    yield Screen(upload=None, progress=ended, stop=gr.update(visible=False), listing=await listed(app, who, chosen))


async def remove(app: App[RagVisits], who: Who, chosen: Chosen, document: object) -> str:
    """The list without that document."""
    try:
        await app.visits.remove(who.visitor, str(document), retrieval_of(app, who, chosen))
    except PlaygroundError as error:
        return alert(app.show(who), error)
    return await listed(app, who, chosen)


def _without_text(taken: Sequence[Upload], latest: Ingest) -> tuple[Upload, ...]:
    scanned_names = [one.name for one in latest.rejected if one.failure.key == SCANNED]
    return tuple(one for one in taken if any(_holds(one, name) for name in scanned_names))


def _holds(upload_: Upload, name: str) -> bool:
    """It is that file, or the archive that it came in."""
    return name == upload_.name or name.startswith(f"{upload_.name}/") or name.startswith(f"{upload_.name}:")
