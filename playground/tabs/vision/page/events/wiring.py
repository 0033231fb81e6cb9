"""The events of the left side and of "Ask", connected to what they do."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import gradio as gr

from playground.page.parts.examples import spoken
from playground.page.parts.render import KEYS
from playground.page.program import DOWNLOAD, PRIVATE, Page, Who
from playground.tabs.vision.page.drawing.columns import Chosen, chosen, frame
from playground.tabs.vision.page.drawing.pictures import strip
from playground.tabs.vision.page.events import ask as answering
from playground.tabs.vision.page.events import look as looking
from playground.tabs.vision.page.events.look import Left
from playground.tabs.vision.page.layout.tab import Layout
from playground.tabs.vision.visit.ask import Asking
from playground.tabs.vision.visit.export import to_json, to_markdown
from playground.tabs.vision.visit.visits import ADD, VisionVisits
from playground.visitors.checks import checked_sampling, checked_text
from providers.errors import PlaygroundError

EXAMPLE = "receipt"
"""The sample image of the worked example."""


def left_of(layout: Layout) -> list[gr.blocks.Block]:
    """What the left side redraws, in the order of `looking.Left`."""
    it = layout.pictures
    return [it.upload, it.camera, it.progress, it.shown, it.stop, it.clear, layout.labelling.picture]


def wire_pictures(page: Page[VisionVisits], layout: Layout) -> None:
    """Everything of the left side. What each picture costs follows the models."""
    app, parts, out = page.app, layout.pictures, left_of(layout)
    seats = [page.sidebar.models, layout.asking.ocr]

    async def uploaded(request: gr.Request, paths: object, *refs: object) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        async for screen in looking.upload(app, who, await chosen(app, who, *refs), paths):
            yield screen.outputs()

    async def sampled(request: gr.Request, event: gr.EventData, *refs: object) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        async for screen in looking.add_sample(app, who, await chosen(app, who, *refs), event.name):
            yield screen.outputs()

    async def removed(request: gr.Request, event: gr.EventData, *refs: object) -> list[object]:
        who = app.who(request)
        return looking.remove(app, who, await chosen(app, who, *refs), event.number).outputs()

    def asked_about(event: gr.EventData) -> str:
        return str(event.text)

    def stopped(request: gr.Request) -> None:
        app.visits.stop(app.who(request).visitor, ADD)

    def opened(request: gr.Request) -> str:
        who = app.who(request)
        return strip(app.show(who), who.language)

    parts.upload.upload(uploaded, [parts.upload, *seats], out, **PRIVATE)
    parts.camera.input(uploaded, [parts.camera, *seats], out, **PRIVATE)
    parts.samples.sample(sampled, seats, out, **PRIVATE)
    parts.shown.remove(removed, seats, out, **PRIVATE)
    parts.shown.question(asked_about, None, layout.asking.question, queue=False, **PRIVATE)
    parts.stop.click(stopped, None, None, queue=False, **PRIVATE)
    page.blocks.load(opened, None, parts.samples, **PRIVATE)


def wire_frame(page: Page[VisionVisits], layout: Layout) -> None:
    """The columns and the costs follow the models, and those that are to read."""
    app, asking = page.app, layout.asking
    seats = [page.sidebar.models, asking.ocr]
    out = [*asking.frame, *left_of(layout)]

    async def framed(request: gr.Request, *refs: object) -> list[object]:
        who = app.who(request)
        it = await chosen(app, who, *refs)
        session = app.visits.session(who.visitor)
        return [*frame(app.show(who), it, session), *Left.changed(app, who, it).outputs()]

    async def cleared(request: gr.Request, *refs: object) -> list[object]:
        who = app.who(request)
        it = await chosen(app, who, *refs)
        session = app.visits.clear(who.visitor)
        left = Left.changed(app, who, it, progress="")
        return [*frame(app.show(who), it, session), *left.outputs()]

    page.sidebar.models.change(framed, seats, out, **PRIVATE)
    asking.ocr.input(framed, seats, out, **PRIVATE)
    page.blocks.load(framed, seats, out, **PRIVATE)
    layout.pictures.clear.click(cleared, seats, out, **PRIVATE)


def wire_ask(page: Page[VisionVisits], layout: Layout) -> None:
    """Everything of "Ask"."""
    app, parts = page.app, layout.asking
    inputs = [parts.question, parts.ocr, *page.sidebar.inputs]
    out = [*parts.streaming, *left_of(layout)]
    above = [one for one in parts.frame if one not in parts.streaming]

    async def asked(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in _asking(page, app.who(request), values):
            yield screen.outputs()

    async def tried(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        """The worked example: a model that cannot see answers from what a program reads."""
        who = app.who(request)
        _, reading, refs, *sampling = values
        it = await chosen(app, who, refs, reading)
        if not it.reading:  # nothing is ticked yet: the first that cannot see
            it = await chosen(app, who, refs, it.blind[:1])
        language = spoken([it.models[seat.ref] for seat in it.seats if seat.ref in it.models], who.language)
        framed = frame(app.show(who), it, app.visits.session(who.visitor))[: len(above)]
        nothing = [gr.skip()] * len(above)
        async with aclosing(looking.add_sample(app, who, it, f"{EXAMPLE}.{language}.jpg")) as adding:
            async for left in adding:
                yield [*framed, *answering.quiet(left=left).outputs()]
                framed = nothing
        try:
            asking = asking_of(page, language, it, app.texts.text(language, "vision.example_question"), sampling)
        except PlaygroundError as error:
            yield [*nothing, *answering.refused(app.show(who), error).outputs()]
            return
        asking = replace(asking, sampling=replace(asking.sampling, temperature=0))
        note = "example_note" if language == who.language else "example_language"
        async with aclosing(answering.answer(app, who, it, asking, note)) as screens:
            async for screen in screens:
                yield [*nothing, *screen.outputs()]

    async def picked(request: gr.Request, event: gr.SelectData, *values: Any) -> AsyncGenerator[list[object]]:
        """A button under a reply: enter a key, or ask once more."""
        if event.value == KEYS:
            yield [gr.update(open=True), *[gr.skip()] * len(out)]
            return
        who = app.who(request)
        turns = app.visits.session(who.visitor).turns
        question = turns[-1].question if turns else values[0]
        app.visits.take_back(who.visitor)
        async for screen in _asking(page, who, (question, *values[1:])):
            yield [gr.skip(), *screen.outputs()]

    def stopped(request: gr.Request) -> None:
        answering.stop(app, app.who(request))

    async def restarted(request: gr.Request, *refs: object) -> list[object]:
        who = app.who(request)
        return answering.restarted(app, who, await chosen(app, who, *refs)).outputs()

    for event in (parts.ask.click, parts.question.submit):
        event(asked, inputs, out, **PRIVATE)
    parts.example.click(tried, inputs, [*above, *out], **PRIVATE)
    parts.stop.click(stopped, None, None, queue=False, **PRIVATE)
    parts.new.click(restarted, [page.sidebar.models, parts.ocr], out, **PRIVATE)
    for chat in parts.chats:
        chat.clear(restarted, [page.sidebar.models, parts.ocr], out, **PRIVATE)
        chat.option_select(picked, inputs, [page.sidebar.keys.panel, *out], **PRIVATE)
    for kind, button in parts.exports.items():
        button.click(_exporter(page, kind), None, layout.file, **PRIVATE).then(
            None, layout.file, None, js=DOWNLOAD, **PRIVATE
        )


async def _asking(page: Page[VisionVisits], who: Who, values: Sequence[Any]) -> AsyncGenerator[answering.Screen]:
    app = page.app
    question, reading, refs, *sampling = values
    try:
        it = await chosen(app, who, refs, reading)
        asking = asking_of(page, who.language, it, question, sampling)
    except PlaygroundError as error:
        yield answering.refused(app.show(who), error)
        return
    async with aclosing(answering.answer(app, who, it, asking)) as screens:
        async for screen in screens:
            yield screen


def asking_of(
    page: Page[VisionVisits], language: str, it: Chosen, question: object, sampling: Sequence[object]
) -> Asking:
    """What is asked, checked. Raises `InputError`s."""
    given = dict(zip(page.sidebar.sampling, sampling, strict=True))
    return Asking(
        question=checked_text(question or "", page.app.bounds),
        seats=it.seats,
        sampling=checked_sampling(given, page.app.bounds),
        language=language,
    )


def _exporter(page: Page[VisionVisits], kind: str) -> Any:
    app = page.app

    def exported(request: gr.Request) -> dict[str, str]:
        who = app.who(request)
        session = app.visits.session(who.visitor)
        if kind == "json":
            return {"name": "aula-vision.json", "type": "application/json", "content": to_json(session)}
        words = {name: who.text(f"vision.export_{name}") for name in ("you", "image", "read")}
        return {"name": "aula-vision.md", "type": "text/markdown", "content": to_markdown(session, words)}

    return exported
