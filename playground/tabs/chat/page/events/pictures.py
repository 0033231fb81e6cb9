"""Images for the next message: attached, and taken back."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator

import gradio as gr

from playground.page.parts.uploads import take
from playground.page.program import EACH, PRIVATE, App, Page
from playground.tabs.chat.page.drawing import draw_waiting_pictures
from playground.tabs.chat.page.fields import ChatWho, who_at
from playground.tabs.chat.page.layout import ChatLayout
from playground.tabs.chat.visit.visits import ChatVisits
from providers.errors import Failure, PlaygroundError

_CLEANED_AT_ONCE = 4
"""Uploads whose images are cleaned at the same time, of all visitors: each takes a program of its own."""


def wire_pictures(page: Page[ChatVisits], layout: ChatLayout) -> None:
    """The button that attaches images, and those that wait."""
    app = page.app

    async def on_upload(paths: object, conversation: str, request: gr.Request) -> AsyncGenerator[list[object]]:
        async for outputs in attach(app, who_at(app, request, conversation), paths):
            yield outputs

    def on_remove(conversation: str, request: gr.Request, event: gr.EventData) -> list[object]:
        """With fewer images, what was said of too many, or of a file among them, is over."""
        return [detach(app, who_at(app, request, conversation), event.number), ""]

    outputs = [layout.waiting, layout.notice]
    files = [layout.attach, layout.conversation]
    layout.attach.upload(on_upload, files, outputs, concurrency_limit=_CLEANED_AT_ONCE, **PRIVATE)
    layout.waiting.remove(on_remove, layout.conversation, outputs, **EACH)


async def attach(app: App[ChatVisits], who: ChatWho, paths: object) -> AsyncGenerator[list[object]]:
    """Files for the next message: what waits now, and a notice about those that are no images, one after the other."""
    show, attachments = app.show(who), app.visits.attachments
    alerts: dict[str, None] = {}  # each once
    try:
        for upload in await take(paths or []):
            try:
                await attachments.add(who.key, upload.content, upload.name)
            except PlaygroundError as error:
                alerts[show.alert(Failure.of(error))] = None
            yield [draw_waiting_pictures(show, attachments.of(who.key), more=True), "".join(alerts)]
    except PlaygroundError as error:
        alerts[show.alert(Failure.of(error))] = None
    # Marked with the time: the browser is to notice that the upload is over, even where nothing else changed.
    waiting = draw_waiting_pictures(show, attachments.of(who.key))
    yield [f"{waiting}<!-- {time.time_ns()} -->", "".join(alerts)]


def detach(app: App[ChatVisits], who: ChatWho, number: object) -> str:
    """What waits without the image of that number."""
    if isinstance(number, int):
        app.visits.attachments.remove(who.key, number)
    return draw_waiting_pictures(app.show(who), app.visits.attachments.of(who.key))
