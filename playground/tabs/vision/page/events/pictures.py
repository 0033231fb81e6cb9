"""The left side: pictures are added, removed and shown with what each costs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import gradio as gr

from playground.asking.upload import Upload
from playground.page.parts import uploads
from playground.page.parts.clearing import wire_clearing
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import goes_on
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.vision.lab.errors import VisionError
from playground.tabs.vision.page.drawing.pictures import (
    draw_adding,
    draw_pictures,
    draw_rejected,
    draw_samples,
    picture_choices,
)
from playground.tabs.vision.page.drawing.pieces import draw_alert
from playground.tabs.vision.page.fields import ChosenModels, choose_models
from playground.tabs.vision.page.layout.tab import VisionLayout
from playground.tabs.vision.visit.pictures import sample
from playground.tabs.vision.visit.values import Session, UploadProgress
from playground.tabs.vision.visit.visits import ADD, VisionVisits
from providers.errors import PlaygroundError

_ABOUT_PICTURES = frozenset(VisionError(reason).key for reason in ("no_image", "picture"))
"""Keys of what another image may put right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionPicturesScreen(Screen):
    """What changes on the left side, and the choice of a picture for labels."""

    BUTTONS = ("stop",)

    upload: object = no_change()
    camera: object = no_change()
    progress: object = no_change()
    shown: object = no_change()
    stop: object = no_change()
    clear: object = no_change()
    picture: object = no_change()


def wire_pictures(page: Page[VisionVisits], layout: VisionLayout) -> None:
    """Everything of the left side. What each picture costs follows the models."""
    app, parts, outputs = page.app, layout.pictures, layout.left
    seats = [page.sidebar.models, layout.asking.ocr]
    going = goes_on(page, "vision-pictures", outputs)

    async def on_upload(request: gr.Request, paths: object, *refs: object) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        it = await choose_models(app, who, *refs)
        files = uploads.Once(paths)
        async for screen in going.show(who, lambda reader: upload(app, reader, it, files)):
            yield screen.outputs()

    async def on_sample(request: gr.Request, event: gr.EventData, *refs: object) -> AsyncGenerator[list[object]]:
        who, name = app.who(request), event.name
        it = await choose_models(app, who, *refs)
        async for screen in going.show(who, lambda reader: add_sample(app, reader, it, name)):
            yield screen.outputs()

    async def on_remove(request: gr.Request, event: gr.EventData, *refs: object) -> list[object]:
        who = app.who(request)
        return remove(app, who, await choose_models(app, who, *refs), event.number).outputs()

    def on_question(event: gr.EventData) -> str:
        return str(event.text)

    def on_load(request: gr.Request) -> str:
        who = app.who(request)
        return draw_samples(app.show(who), who.language)

    adding = [
        parts.upload.upload(on_upload, [parts.upload, *seats], outputs, **PRIVATE),
        parts.camera.input(on_upload, [parts.camera, *seats], outputs, **PRIVATE),
        parts.samples.sample(on_sample, seats, outputs, **PRIVATE),
    ]
    for event in adding:
        wire_clearing(event.then, _ABOUT_PICTURES, [layout.asking.notice, layout.labelling.bars])
    parts.shown.remove(on_remove, seats, outputs, **EACH)
    parts.shown.question(on_question, None, layout.asking.question, queue=False, **PRIVATE)
    wire_stop(app, parts.stop, app.visits.stop, ADD)
    page.on_open(on_load, [], parts.samples)


def show_pictures(
    app: App[VisionVisits], who: Who, it: ChosenModels, session: Session, **places: object
) -> VisionPicturesScreen:
    """The pictures as they are now."""
    shown = draw_pictures(app.show(who), session, it, who.language)
    return VisionPicturesScreen(shown=shown, clear=gr.update(visible=bool(session.pictures)), **places)


def show_other_pictures(
    app: App[VisionVisits], who: Who, it: ChosenModels, *, chosen: object = None, **places: object
) -> VisionPicturesScreen:
    """As `show_pictures`, when there are other pictures than before: the last, or the chosen one, is compared next."""
    session = app.visits.session(who.visitor)
    choices = picture_choices(app.show(who), session.pictures)
    numbers = [number for _, number in choices]
    last = numbers[-1] if numbers else None
    picture = gr.update(choices=choices, value=chosen if chosen in numbers else last)
    return show_pictures(app, who, it, session, picture=picture, **places)


async def upload(
    app: App[VisionVisits], who: Who, it: ChosenModels, paths: object
) -> AsyncGenerator[VisionPicturesScreen]:
    """Files from the browser; both places to drop them are emptied."""
    try:
        taken = await uploads.take(paths or [])
    except PlaygroundError:
        progress = draw_alert(app.show(who), VisionError("picture"))
        yield VisionPicturesScreen(upload=None, camera=None, progress=progress)
        return
    if not taken:
        return
    async with aclosing(add(app, who, it, taken)) as screens:
        async for screen in screens:
            yield screen


async def add_sample(
    app: App[VisionVisits], who: Who, it: ChosenModels, name: object
) -> AsyncGenerator[VisionPicturesScreen]:
    """One of the sample images."""
    try:
        file = await asyncio.to_thread(sample, str(name))
    except PlaygroundError as error:
        yield VisionPicturesScreen(progress=draw_alert(app.show(who), error))
        return
    async with aclosing(add(app, who, it, [file])) as screens:
        async for screen in screens:
            yield screen


async def add(
    app: App[VisionVisits], who: Who, it: ChosenModels, files: Sequence[Upload]
) -> AsyncGenerator[VisionPicturesScreen]:
    """Clean and keep them; what is no picture is told in its place."""
    show, latest = app.show(who), UploadProgress(total=len(files))
    yield VisionPicturesScreen.showing("stop", upload=None, camera=None, progress=draw_adding(show, latest))
    alerts = ""
    try:
        async with aclosing(app.going.keep(who, app.visits.add(who.visitor, files))) as steps:
            async for latest in steps:
                if latest.done < latest.total:
                    yield VisionPicturesScreen(progress=draw_adding(show, latest))
    except PlaygroundError as error:
        alerts = draw_alert(show, error)
    alerts = draw_rejected(show, latest) + alerts
    hidden = gr.update(visible=False)
    yield show_other_pictures(app, who, it, upload=None, camera=None, progress=alerts, stop=hidden)


def remove(app: App[VisionVisits], who: Who, it: ChosenModels, number: object) -> VisionPicturesScreen:
    """The pictures without that one."""
    try:
        app.visits.remove(who.visitor, number if isinstance(number, int) else 0)
    except PlaygroundError as error:
        return VisionPicturesScreen(progress=draw_alert(app.show(who), error))
    return show_other_pictures(app, who, it, progress="")
