"""What is kept of a visitor: shown, and deleted, on the page and by a script."""

from __future__ import annotations

import asyncio
import html
from collections import Counter
from collections.abc import Mapping
from typing import Any

import gradio as gr
from gradio.events import api

from playground.page.parts.endpoints import caller
from playground.page.program import PRIVATE, Program, Who
from playground.page.sidebar.kept_layout import KeptLayout
from playground.sqlite import failures
from playground.web.scripts import script_function
from providers.errors import Failure, PlaygroundError

_GONE = "gone"
"""What tells the page to clear what the browser keeps, and to begin anew."""


def wire_kept(app: Program, layout: KeptLayout) -> None:
    """Counted whenever the panel is opened; deleted after a second press."""

    async def on_open(request: gr.Request) -> list[object]:
        return await show_kept(app, app.who(request))

    async def on_yes(request: gr.Request) -> list[object]:
        return await delete_all(app, app.who(request))

    layout.panel.expand(on_open, None, [layout.shown, layout.delete], **PRIVATE)
    layout.delete.click(lambda: [gr.update(visible=True), ""], None, [layout.sure, layout.answer], **PRIVATE)
    layout.no.click(lambda: gr.update(visible=False), None, layout.sure, **PRIVATE)
    deleted = layout.yes.click(on_yes, None, [layout.sure, layout.answer, layout.done], **PRIVATE)
    deleted.then(None, layout.done, None, js=script_function("forget_all"), **PRIVATE)


async def kept_of(app: Program, who: Who) -> dict[str, int]:
    """How many there are of what, the vendors' keys, and the bytes on the disk. Raises `StorageFailed`."""

    def count() -> dict[str, int]:
        found: Counter[str] = Counter()
        with failures():
            for one in app.rememberers():
                found.update(one.count_remembered(who.visitor))
            found["bytes"] = app.sessions.storage.kept_bytes(who.visitor)
        return dict(found)

    counts = await asyncio.to_thread(count)
    return {**counts, "keys": len(app.sessions.vault.own_providers(who.visitor))}


async def show_kept(app: Program, who: Who) -> list[object]:
    """The list, and whether there is anything to delete."""
    try:
        counts = await kept_of(app, who)
    except PlaygroundError as error:
        return [app.show(who).alert(Failure.of(error)), gr.skip()]
    return [_draw(app, who, counts), gr.update(interactive=True)]


async def delete_all(app: Program, who: Who) -> list[object]:
    """Hide the question, say what became of it, and tell the page to begin anew."""
    try:
        await app.forget(who.visitor)
    except PlaygroundError as error:
        return [gr.update(visible=False), app.show(who).alert(Failure.of(error)), ""]
    said = html.escape(who.text("kept.deleted"))
    return [gr.update(visible=False), f'<div class="quiet" role="status">{said}</div>', _GONE]


def _draw(app: Program, who: Who, counts: Mapping[str, int]) -> str:
    names = [name for name, count in counts.items() if count and name != "bytes"]
    lines = [who.text(f"kept.{name}", count=counts[name]) for name in names]
    if not lines and not counts["bytes"]:
        return f'<p class="quiet">{html.escape(who.text("kept.nothing"))}</p>'
    size = who.text("kept.size", megabytes=app.show(who).number(max(counts["bytes"] / 1e6, 0.1), ",.1f"))
    listed = "".join(f"<li>{html.escape(line)}</li>" for line in [*lines, size])
    until = who.text("kept.until", days=app.settings.conversation_days, hours=app.settings.key_hours)
    return f'<ul class="kept">{listed}</ul><p class="quiet">{html.escape(until)}</p>'


def publish_kept(app: Program) -> None:
    """Name the endpoints; call it inside the page's Blocks."""

    async def what_is_kept(request: gr.Request | None = None) -> dict[str, Any]:
        """How many conversations, documents, runs and so on the page keeps of you, and how many bytes they have."""
        with caller(app, request) as who:
            return dict(await kept_of(app, who))

    async def delete_everything(request: gr.Request | None = None) -> dict[str, bool]:
        """Delete all that is kept of you, keys too. Your cookie ends with it: the next call is a new visitor's."""
        with caller(app, request) as who:
            await app.forget(who.visitor)
        return {"deleted": True}

    api(what_is_kept, api_name="what_is_kept")
    api(delete_everything, api_name="delete_everything")
