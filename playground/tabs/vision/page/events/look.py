"""What the events of the left side do: add, remove, clear; named functions of plain values."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, fields

import gradio as gr

from playground.asking.upload import Upload
from playground.page.parts import uploads
from playground.page.program import App, Who
from playground.tabs.vision.page.drawing.columns import Chosen
from playground.tabs.vision.page.drawing.pictures import choices, progress, rejected, tray
from playground.tabs.vision.page.drawing.pieces import alert
from playground.tabs.vision.visit.pictures import sample
from playground.tabs.vision.visit.values import Session, UploadProgress
from playground.tabs.vision.visit.visits import VisionVisits
from providers.errors import InputError, PlaygroundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What changes on the left side, and the choice of a picture for labels."""

    upload: object = field(default_factory=gr.skip)
    camera: object = field(default_factory=gr.skip)
    progress: object = field(default_factory=gr.skip)
    shown: object = field(default_factory=gr.skip)
    stop: object = field(default_factory=gr.skip)
    clear: object = field(default_factory=gr.skip)
    picture: object = field(default_factory=gr.skip)

    def outputs(self) -> list[object]:
        return [getattr(self, one.name) for one in fields(self)]

    @classmethod
    def of(cls, app: App[VisionVisits], who: Who, it: Chosen, session: Session, **places: object) -> Left:
        """The pictures as they are now."""
        shown = tray(app.show(who), session, it, who.language)
        return cls(shown=shown, clear=gr.update(visible=bool(session.pictures)), **places)

    @classmethod
    def changed(cls, app: App[VisionVisits], who: Who, it: Chosen, **places: object) -> Left:
        """As `of`, when there are other pictures than before."""
        session = app.visits.session(who.visitor)
        offered = choices(app.show(who), session.pictures)
        picture = gr.update(choices=offered, value=offered[-1][1] if offered else None)
        return cls.of(app, who, it, session, picture=picture, **places)


async def upload(app: App[VisionVisits], who: Who, it: Chosen, paths: object) -> AsyncGenerator[Left]:
    """Files from the browser; both places to drop them are emptied."""
    try:
        taken = await uploads.take(paths or [])
    except PlaygroundError:
        yield Left(upload=None, camera=None, progress=alert(app.show(who), InputError("picture")))
        return
    if not taken:
        return
    async with aclosing(add(app, who, it, taken)) as screens:
        async for screen in screens:
            yield screen


async def add_sample(app: App[VisionVisits], who: Who, it: Chosen, name: object) -> AsyncGenerator[Left]:
    """One of the sample images."""
    try:
        file = sample(str(name))
    except PlaygroundError as error:
        yield Left(progress=alert(app.show(who), error))
        return
    async with aclosing(add(app, who, it, [file])) as screens:
        async for screen in screens:
            yield screen


async def add(app: App[VisionVisits], who: Who, it: Chosen, files: Sequence[Upload]) -> AsyncGenerator[Left]:
    """Clean and keep them; what is no picture is told in its place."""
    show, latest = app.show(who), UploadProgress(total=len(files))
    yield Left(upload=None, camera=None, progress=progress(show, latest), stop=gr.update(visible=True))
    told = ""
    try:
        async with aclosing(app.visits.add(who.visitor, files)) as steps:
            async for latest in steps:
                if latest.done < latest.total:
                    yield Left(progress=progress(show, latest))
    except PlaygroundError as error:
        told = alert(show, error)
    told = rejected(show, latest) + told
    yield Left.changed(app, who, it, upload=None, camera=None, progress=told, stop=gr.update(visible=False))


def remove(app: App[VisionVisits], who: Who, it: Chosen, number: object) -> Left:
    """The pictures without that one."""
    try:
        app.visits.remove(who.visitor, number if isinstance(number, int) else 0)
    except PlaygroundError as error:
        return Left(progress=alert(app.show(who), error))
    return Left.changed(app, who, it, progress="")
