"""Smaller models: formats are measured one after another, and a slider leaves parts out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import gradio as gr

from playground.asking.pump import beats
from playground.page.parts.redrawn import Redrawn
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.models.lab.smaller import ShrunkForm, form_of
from playground.tabs.models.page.pieces import draw_alert, draw_sentence, draw_waiting
from playground.tabs.models.page.room import RoomLayout, join_models
from playground.tabs.models.page.sections.smaller.drawing import draw_forms, draw_pruned, name_of_form
from playground.tabs.models.page.sections.smaller.layout import ModelsSmallerLayout
from playground.tabs.models.visit.smaller import SECTION, Pruning, compare_formats, prune
from playground.tabs.models.visit.visits import ModelsVisits
from providers.errors import PlaygroundError
from providers.shrinking import FORMATS, Form
from providers.types import ModelInfo, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsSmallerScreen(Screen):
    """The table of formats, and two buttons."""

    BUTTONS = ("compare", "stop")

    shown: object = no_change()
    compare: object = no_change()
    stop: object = no_change()


@dataclass(frozen=True, slots=True, kw_only=True)
class PruningScreen(Screen):
    """What is left of a model, and two buttons."""

    BUTTONS = ("timed", "stop")

    pruned: object = no_change()
    timed: object = no_change()
    stop: object = no_change()


def wire_smaller(page: Page[ModelsVisits], room: RoomLayout, layout: ModelsSmallerLayout) -> None:
    app, models = page.app, [page.sidebar.models, room.beside]
    drawn, pruned = DrawnForms.of(app.sessions), DrawnForms.of(app.sessions)

    async def on_compare(request: gr.Request, *refs: object) -> AsyncGenerator[list[object]]:
        async for screen in going.show(app.who(request), lambda who: compare(app, who, join_models(*refs), drawn)):
            yield screen.outputs()

    def on_restored(request: gr.Request, shown: object) -> object:
        """After the page was read again in another language, as the next: nothing is measured again."""
        who = app.who(request)
        before = drawn.find(who.visitor, shown)
        return gr.skip() if before is None else draw_forms(app.show(who), *before) + drawn.mark(who.visitor, before)

    async def left_out(who: Who, asked: LeftOut) -> AsyncGenerator[list[object]]:
        async for screen in pruning.show(who, lambda reader: leave_out(app, reader, asked, pruned)):
            yield screen.outputs()

    async def on_share(request: gr.Request, kind: str, percent: float, *refs: object) -> AsyncGenerator[list[object]]:
        async for outputs in left_out(app.who(request), LeftOut(join_models(*refs), kind, percent)):
            yield outputs

    async def on_time(request: gr.Request, kind: str, percent: float, *refs: object) -> AsyncGenerator[list[object]]:
        async for outputs in left_out(app.who(request), LeftOut(join_models(*refs), kind, percent, timed=True)):
            yield outputs

    def on_pruned(request: gr.Request, shown: object) -> object:
        who = app.who(request)
        before = pruned.find(who.visitor, shown)
        return gr.skip() if before is None else draw_pruned(app.show(who), *before) + pruned.mark(who.visitor, before)

    part = layout.pruning
    fields = [part.kind, part.share, *models]
    going = goes_on(page, "models-smaller", layout.outputs)
    pruning = goes_on(page, "models-pruning", part.outputs)
    page.on_restored(on_restored, [layout.shown], layout.shown)
    page.on_restored(on_pruned, [part.pruned], part.pruned)
    layout.compare.click(on_compare, models, layout.outputs, **PRIVATE)
    moved = [part.share.release, part.kind.input]
    gr.on(moved, on_share, fields, part.outputs, trigger_mode="always_last", **PRIVATE)
    part.timed.click(on_time, fields, part.outputs, **PRIVATE)
    room.stops.update({layout.stop: SECTION, part.stop: SECTION})


DrawnForms = Redrawn[tuple[tuple[ShrunkForm, ...], tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is to be left out of the first of these models that writes: the way of pruning, and how many percent.
    `timed`: what it takes then is measured, too."""

    refs: Sequence[str]
    kind: object
    percent: object
    timed: bool = False


def questions(who: Who) -> tuple[str, ...]:
    """What every form is asked, in the page's language."""
    return tuple(who.text(f"models.smaller_question_{number}") for number in (1, 2, 3))


def share_of(percent: object) -> object:
    """Of what the slider says; whatever else comes from outside stays what it is."""
    return percent / 100 if isinstance(percent, int | float) and not isinstance(percent, bool) else percent


async def first_writer(app: App[ModelsVisits], who: Who, refs: Sequence[str]) -> str | None:
    """The first of the models that writes and is of this computer, or that nobody knows yet; `None` without any."""
    known = await app.visits.known_models(who.visitor)
    return next((ref for ref in refs if ref not in known or _writes(known[ref])), None)


def _writes(info: object) -> bool:
    return isinstance(info, ModelInfo) and info.local


async def compare(
    app: App[ModelsVisits], who: Who, refs: Sequence[str], drawn: DrawnForms | None = None
) -> AsyncGenerator[ModelsSmallerScreen]:
    """A line a format, as they are measured; in the end they are among those `drawn`."""
    show = app.show(who)
    ref = await first_writer(app, who, refs)
    if ref is None:
        yield ModelsSmallerScreen(shown=draw_sentence(show, "smaller_none"))
        return
    asked, told, found = questions(who), list[Progress](), list[ShrunkForm]()
    yield ModelsSmallerScreen.showing("stop", shown=draw_sentence(show, "smaller_reading"))
    try:
        forms = compare_formats(app.visits, who.visitor, ref, asked, told.append)
        async with aclosing(forms):
            while True:
                coming = asyncio.ensure_future(anext(forms, None))
                async with aclosing(beats(coming)) as waiting:  # closed first: what it waits for is `forms`' own
                    async for _ in waiting:
                        if told and not found:
                            yield ModelsSmallerScreen(shown=draw_waiting(show, told[-1]))
                        else:
                            yield ModelsSmallerScreen()
                        told.clear()
                if (one := coming.result()) is None:
                    break
                found.append(one)
                left = FORMATS[len(found) :]
                coming_next = name_of_form(show, Form(left[0])) if left else ""
                yield ModelsSmallerScreen(shown=draw_forms(show, found, asked, coming_next))
        mark = drawn.mark(who.visitor, (tuple(found), asked)) if drawn is not None else ""
        yield ModelsSmallerScreen.showing("compare", shown=draw_forms(show, found, asked) + mark if found else "")
    except PlaygroundError as error:
        done = draw_forms(show, found, asked) if found else ""
        yield ModelsSmallerScreen.showing("compare", shown=done + draw_alert(show, error))


async def leave_out(
    app: App[ModelsVisits], who: Who, wanted: LeftOut, drawn: DrawnForms | None = None
) -> AsyncGenerator[PruningScreen]:
    """The model without what is smallest, beside the whole one and all that was tried before, which is among those
    `drawn` in the end."""
    show = app.show(who)
    try:
        form = form_of(wanted.kind, share_of(wanted.percent))
        ref = await first_writer(app, who, wanted.refs)
        if ref is None:
            yield PruningScreen.showing("timed", pruned=draw_sentence(show, "smaller_none"))
            return
        asked, told = questions(who)[:1], list[Progress]()
        said = draw_sentence(
            show, "pruning_timing" if wanted.timed else "pruning_reading", what=name_of_form(show, form)
        )
        yield PruningScreen.showing("stop", pruned=said)
        pruning = Pruning(form, asked, wanted.timed)
        task = asyncio.ensure_future(prune(app.visits, who.visitor, ref, pruning, told.append))
        async for _ in beats(task):
            yield PruningScreen(pruned=said)
        if found := task.result():
            mark = drawn.mark(who.visitor, (found, asked)) if drawn is not None else ""
            yield PruningScreen.showing("timed", pruned=draw_pruned(show, found, asked) + mark)
        else:
            yield PruningScreen.showing("timed", pruned=draw_sentence(show, "pruning_stopped"))
    except PlaygroundError as error:
        yield PruningScreen.showing("timed", pruned=draw_alert(show, error))
