"""Labels: contrastive models compare a picture with the words that a visitor offers."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.page.parts.fields import texts_of
from playground.page.parts.redrawn import Redrawn
from playground.page.parts.render import Renderer
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.vision.lab.errors import VisionError
from playground.tabs.vision.lab.labels import MOST_LABEL, Labelled, candidates
from playground.tabs.vision.page.drawing.labels import draw_labels, label_model_choices
from playground.tabs.vision.page.drawing.pieces import draw_alert, draw_notice, draw_sentence
from playground.tabs.vision.page.events.pictures import VisionPicturesScreen, add_sample
from playground.tabs.vision.page.fields import choose_models
from playground.tabs.vision.page.layout.tab import VisionLayout
from playground.tabs.vision.visit.visits import LABEL, VisionVisits
from playground.visitors.checks import checked_text
from providers.errors import PlaygroundError

EXAMPLE = "shapes.png"
"""The sample image that is compared with colours."""
DrawnLabels = Redrawn[tuple[Labelled, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionLabelsScreen(Screen):
    """What comparing redraws."""

    BUTTONS = ("run", "stop")

    bars: object = no_change()
    run: object = no_change()
    stop: object = no_change()


def wire_labels(page: Page[VisionVisits], layout: VisionLayout) -> None:
    """Everything of "Labels"."""
    app, parts, drawn = page.app, layout.labelling, DrawnLabels.of(page.app.sessions)
    inputs, seats = parts.fields, [page.sidebar.models, layout.asking.ocr]

    async def on_run(request: gr.Request, *values: object) -> AsyncGenerator[list[object]]:
        async for screen in going.show(app.who(request), lambda who: compare(app, who, *values, drawn=drawn)):
            yield screen.outputs()

    async def on_example(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        picture, _, template, models, *refs = values
        labels = who.text("vision.label_example_labels")
        if not app.visits.session(who.visitor).pictures:
            it = await choose_models(app, who, *refs)
            async with aclosing(add_sample(app, who, it, EXAMPLE)) as adding:
                async for left in adding:
                    yield [labels, *VisionLabelsScreen().outputs(), *left.outputs()]
            picture = len(app.visits.session(who.visitor).pictures)
        asked = (picture, labels, template, models)
        async for screen in going.show(who, lambda reader: compare(app, reader, *asked, drawn=drawn)):
            yield [labels, *screen.outputs(), *VisionPicturesScreen().outputs()]

    async def on_load(request: gr.Request) -> list[object]:
        return await open_labels(app, app.who(request))

    def on_restored(request: gr.Request, bars: object) -> object:
        """After the page was read again in another language."""
        who = app.who(request)
        found = drawn.find(who.visitor, bars)
        return gr.skip() if found is None else _draw_bars(app.show(who), found) + drawn.mark(who.visitor, found)

    going = goes_on(page, "vision-labels", parts.outputs)
    page.restored.change(on_restored, parts.bars, parts.bars, **PRIVATE)
    parts.run.click(on_run, inputs, parts.outputs, **PRIVATE)
    filled = [parts.labels, *parts.outputs, *layout.left]
    parts.example.click(on_example, [*inputs, *seats], filled, **PRIVATE)
    wire_stop(app, parts.stop, app.visits.stop, LABEL)
    page.on_open(on_load, [], [parts.models, parts.bars])


async def open_labels(app: App[VisionVisits], who: Who) -> list[object]:
    """The models there are, the first one ticked, and what there is to try."""
    show, models = app.show(who), app.visits.labellers()
    first = [one.ref for one in models[:1]]
    choices = label_model_choices(show, models, await app.reach.held_encoders(models))
    return [gr.update(choices=choices, value=first), draw_sentence(show, "label_empty")]


async def compare(
    app: App[VisionVisits],
    who: Who,
    picture: object,
    labels: object,
    template: object,
    models: object,
    *,
    drawn: DrawnLabels | None = None,
) -> AsyncGenerator[VisionLabelsScreen]:
    """The bars of each model as they come."""
    show = app.show(who)
    try:
        wanted = candidates(checked_text(labels or "", app.bounds))
        sentence = checked_template(template)
        number = picture if isinstance(picture, int) else 0
        if not app.visits.session(who.visitor).pictures:
            raise VisionError("no_image")
        latest: tuple[Labelled, ...] = ()
        first = True
        comparing = app.visits.label(who.visitor, number, wanted, texts_of(models), sentence)
        async with aclosing(app.going.keep(who, comparing)) as snapshots:
            async for latest in snapshots:
                bars = draw_labels(show, latest)
                yield VisionLabelsScreen.showing("stop", bars=bars) if first else VisionLabelsScreen(bars=bars)
                first = False
        mark = "" if drawn is None else drawn.mark(who.visitor, latest)
        yield VisionLabelsScreen.showing("run", bars=_draw_bars(show, latest) + mark)
    except PlaygroundError as error:
        yield VisionLabelsScreen.showing("run", bars=draw_alert(show, error, "no_labels"))


def _draw_bars(show: Renderer, found: tuple[Labelled, ...]) -> str:
    """The bars, and what to notice where there are some."""
    return draw_labels(show, found) + (draw_notice(show, "labels") if any(one.fits for one in found) else "")


def checked_template(value: object) -> str | None:
    """A sentence with one {} for the label; nothing for the model's own. Raises `VisionError("template")`."""
    sentence = " ".join(str(value or "").split())
    if not sentence:
        return None
    if sentence.count("{}") != 1 or len(sentence) > MOST_LABEL:
        raise VisionError("template")
    return sentence
