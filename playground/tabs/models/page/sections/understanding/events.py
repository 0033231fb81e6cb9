"""Tasks of understanding: every way does the same items; then all of them classify one text."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import gradio as gr

from playground.asking.pump import beats
from playground.page.parts.render import Renderer
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.setup_line import fold_into_line
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.models.lab.classical import get_ready
from playground.tabs.models.lab.understanding import APPROACHES, WAYS, Approach, kind_named, kind_of
from playground.tabs.models.page.pieces import draw_alert, draw_sentence, draw_waiting
from playground.tabs.models.page.room import RoomLayout, join_models
from playground.tabs.models.page.sections.understanding.drawing import draw_task
from playground.tabs.models.page.sections.understanding.fields import UnderstandingFields, checked_task
from playground.tabs.models.page.sections.understanding.layout import OWN, ModelsUnderstandingLayout, way_key
from playground.tabs.models.page.sections.understanding.one_text import draw_one_text
from playground.tabs.models.visit.understanding import SECTION, KeptTask, classify, judge
from playground.tabs.models.visit.understanding_ways import Task
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_text
from playground.web.scripts import script_function
from providers.errors import PlaygroundError
from providers.types import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsUnderstandingScreen(Screen):
    """The table of the ways with what belongs to it, and two buttons."""

    BUTTONS = ("run", "stop")

    shown: object = no_change()
    looked_at: object = no_change()
    run: object = no_change()
    stop: object = no_change()
    setup: object = no_change()


def wire_understanding(page: Page[ModelsVisits], room: RoomLayout, layout: ModelsUnderstandingLayout) -> None:
    app, models = page.app, [page.sidebar.models, room.beside]

    async def on_run(request: gr.Request, *values: object) -> AsyncGenerator[list[object]]:
        fields, refs = UnderstandingFields(*values[:5]), join_models(*values[5:])
        async for screen in going.show(app.who(request), lambda who: run_task(app, who, refs, fields)):
            yield screen.outputs()

    async def on_classify(request: gr.Request, text: str, *values: object) -> AsyncGenerator[str]:
        fields, refs = UnderstandingFields(*values[:5]), join_models(*values[5:])
        async for drawn in saying.show(app.who(request), lambda who: classify_text(app, who, refs, fields, text)):
            yield drawn

    def on_task(request: gr.Request, tasks: str) -> list[object]:
        choices = gr.update(choices=way_choices(app.who(request), tasks))
        return [gr.update(visible=tasks == OWN), choices, json.dumps(ways_of(tasks))]

    def on_restored(request: gr.Request, tasks: str, held: str) -> list[object]:
        """After the page was read again in another language: the task that was chosen is back, and the chosen ways."""
        offered = [gr.update(visible=tasks == OWN), gr.update(choices=way_choices(app.who(request), tasks))]
        return [*offered, *redraw(app.who(request), held)]

    def redraw(who: Who, held: str) -> list[object]:
        kept = app.visits.find_work(who.visitor, SECTION, KeptTask) if held else None
        if kept is None:
            return [gr.skip(), gr.skip()]
        show = app.show(who)
        return [draw_task(show, kept), fold_into_line(setup_parts(show, kept.task))]

    def on_opened(request: gr.Request) -> object:
        language = app.who(request).language
        return language if language in [value for _, value in layout.language.choices] else gr.skip()

    async def on_chosen() -> None:
        """So that the first task need not wait for it."""
        await asyncio.to_thread(get_ready)

    layout.chosen.opened(on_chosen, None, None, **PRIVATE)
    going = goes_on(page, "models-understanding", layout.outputs)
    offered = [layout.own, layout.approaches]
    page.on_restored(on_restored, [layout.tasks, layout.looked_at], [*offered, layout.shown, layout.setup])
    saying = goes_on(page, "models-classify", layout.said)
    room.on_opened(on_opened, [], [layout.language])
    keep, ways = script_function("models/keep_ways"), [layout.offered, layout.approaches]
    told = layout.tasks.input(on_task, layout.tasks, [*offered, layout.offered], **PRIVATE)
    told.then(None, ways, layout.approaches, js=keep, **PRIVATE)
    layout.run.click(on_run, [*layout.fields, *models], layout.outputs, **PRIVATE)
    begun = [layout.classify.click, layout.text.submit]
    gr.on(begun, on_classify, [layout.text, *layout.fields, *models], layout.said, **PRIVATE)
    room.stops[layout.stop] = SECTION


def ways_of(tasks: str) -> list[Approach]:
    """The ways of doing these tasks, of those that are here."""
    return [one for one in WAYS[kind_named(tasks)] if one in APPROACHES]


def way_choices(who: Who, tasks: str) -> list[tuple[str, str]]:
    """Those ways by their names."""
    return [(who.text(f"models.{way_key(one, kind_named(tasks))}"), one) for one in ways_of(tasks)]


async def run_task(
    app: App[ModelsVisits], who: Who, refs: Sequence[str], fields: UnderstandingFields
) -> AsyncGenerator[ModelsUnderstandingScreen]:
    """Every way on every item, as they come."""
    show = app.show(who)
    try:
        task = await checked_task(app, who, refs, fields)
        begun = draw_sentence(show, "understanding_running")
        line = fold_into_line(setup_parts(show, task))
        yield ModelsUnderstandingScreen.showing("stop", shown=begun, setup=line)
        told, kept = list[Progress](), KeptTask(task)
        found = judge(app.visits, who.visitor, task, told.append)
        async with aclosing(found):
            while True:
                coming = asyncio.ensure_future(anext(found, None))
                async with aclosing(beats(coming)) as beating:  # closed first: what it waits for is `found`'s own
                    async for _ in beating:
                        waiting = draw_waiting(show, told[-1]) if told else ""
                        yield (
                            ModelsUnderstandingScreen(shown=draw_task(show, kept, running=True) + waiting)
                            if told
                            else ModelsUnderstandingScreen()
                        )
                        told.clear()
                if (one := coming.result()) is None:
                    break
                kept = one
                yield ModelsUnderstandingScreen(shown=draw_task(show, kept, running=True))
        yield ModelsUnderstandingScreen.showing("run", shown=draw_task(show, kept), looked_at="shown", setup=line)
    except PlaygroundError as error:
        yield ModelsUnderstandingScreen.showing("run", shown=draw_alert(show, error, "understanding_nothing"))


def setup_parts(show: Renderer, task: Task) -> tuple[str, ...]:
    """What is done and how, for the line that the fields fold into; as plain text."""
    tasks, kind = task.tasks, kind_of(task.tasks)
    ways = ", ".join(show.text(f"models.{way_key(one, kind)}") for one in task.approaches)
    count = show.text("page.setup_count", count=len(tasks.items))
    return tasks.title or show.text("models.task_own"), count, show.in_language(tasks.language), ways


async def classify_text(
    app: App[ModelsVisits], who: Who, refs: Sequence[str], fields: UnderstandingFields, text: str
) -> AsyncGenerator[str]:
    """One text by every way."""
    show = app.show(who)
    try:
        asked = checked_text(text, app.bounds)
        task = await checked_task(app, who, refs, fields)
        said = draw_sentence(show, "understanding_running")
        yield said
        async for _ in beats(running := asyncio.ensure_future(classify(app.visits, who.visitor, task, asked))):
            yield said
        yield draw_one_text(show, asked, running.result(), task.tasks)
    except PlaygroundError as error:
        yield draw_alert(show, error)
