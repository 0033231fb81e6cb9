"""A measurement of models' answers as every tab runs it: proposed, asked about before it costs anything, kept, run,
paused, stopped."""

from __future__ import annotations

import asyncio
import html
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import gradio as gr

from playground.measuring.store import RunDescription
from playground.page.parts.buttons import button
from playground.page.parts.notices import Notices
from playground.page.parts.run_prices import price_text
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.stops import wire_stop
from playground.page.program import PRIVATE, App, Program, Who
from playground.strategies.runs.describe import RunRequest
from playground.visitors.strategy_runs import StrategyRuns
from providers.errors import PlaygroundError


@dataclass(frozen=True, slots=True)
class MeasureButtons:
    """What begins a measurement and ends it; only some are shown at a time."""

    run: gr.Button
    pause: gr.Button
    proceed: gr.Button
    stop: gr.Button
    confirm: gr.Button
    cancel: gr.Button
    example: gr.Button

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `MeasureScreen`, in its order."""
        return [self.run, self.pause, self.proceed, self.stop, self.confirm, self.cancel]


def lay_out_measure_buttons(program: Program, name: str, run: str, example: str) -> MeasureButtons:
    """`name` begins the ids; `run` and `example` are the keys of the texts on these two."""
    label = program.label
    with gr.Row(elem_classes="doing"):
        begin = button(label(run), f"{name}-run", variant="primary")
        confirm = button(label("prompting.confirm"), f"{name}-confirm", variant="primary", visible=False)
        cancel = button(label("prompting.cancel"), f"{name}-cancel", visible=False)
        pause = button(label("prompting.pause"), f"{name}-pause", visible=False)
        proceed = button(label("prompting.proceed"), f"{name}-proceed", visible=False)
        stop = button(label("prompting.stop"), f"{name}-stop", visible=False, stops=True)
        first = button(label(example), f"{name}-example")
    return MeasureButtons(begin, pause, proceed, stop, confirm, cancel, first)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureScreen(Screen):
    """What a measurement redraws while it goes on; a tab's own subclass has its results besides."""

    BUTTONS: ClassVar[tuple[str, ...]] = ("run", "pause", "proceed", "stop", "confirm", "cancel")

    progress: object = no_change()
    table: object = no_change()
    run: object = no_change()
    pause: object = no_change()
    proceed: object = no_change()
    stop: object = no_change()
    confirm: object = no_change()
    cancel: object = no_change()


S = TypeVar("S", bound=MeasureScreen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures(Generic[S]):
    """How a tab measures. `cleared` are the places that hold an earlier run, emptied; `name` is what a run is called
    until the visitor names it; `measure` draws a kept run from where it is to its end; `loading` is a text; `part` is
    what the page calls it where it goes on (see `parts.under_way`)."""

    part: str
    screen: type[S]
    notices: Notices
    loading: str
    cleared: Callable[[], Mapping[str, object]]
    name: Callable[[Any, Who, RunDescription], str]
    measure: Callable[[Any, Who, str], AsyncGenerator[S]]

    async def start(self, app: App[StrategyRuns], who: Who, wanted: RunRequest) -> AsyncGenerator[S]:
        """Run what costs nothing; ask first about what may cost something."""
        show = app.show(who)
        try:
            loading = self.notices.draw_sentence(show, self.loading)
            yield self.screen.showing("stop", progress=loading, table="", **self.cleared())
            _, estimate = await app.visits.propose(who.visitor, wanted)
            if not estimate.free:
                said = f'<div class="notice" role="alert">{html.escape(price_text(show, estimate))}</div>'
                yield self.screen.showing("confirm", "cancel", progress=said)
                return
            async with aclosing(self.run_proposed(app, who)) as screens:
                async for screen in screens:
                    yield screen
        except PlaygroundError as error:
            yield self.draw_refusal(app, who, error)

    async def run_proposed(self, app: App[StrategyRuns], who: Who) -> AsyncGenerator[S]:
        """Run what was proposed last."""
        try:
            description = app.visits.confirm(who.visitor)
            name = self.name(app, who, description)
            run = await asyncio.to_thread(app.visits.create, who.visitor, name, description)
        except PlaygroundError as error:
            yield self.draw_refusal(app, who, error)
            return
        async with aclosing(self.show(app, who, run)) as screens:
            async for screen in screens:
                yield screen

    def show(self, app: App[Any], who: Who, run: str) -> AsyncGenerator[S]:
        """`measure`; it goes on when the page is read again in another language."""
        return app.going.show(who, self.part, lambda reader: self.measure(app, reader, run))

    def draw_refusal(self, app: Program, who: Who, error: PlaygroundError, **places: object) -> S:
        """What went wrong, in the place of the progress."""
        return self.screen.showing("run", progress=self.notices.draw_alert(app.show(who), error), **places)


def wire_measure_buttons(
    app: App[StrategyRuns],
    buttons: MeasureButtons,
    measures: Measures[S],
    outputs: list[gr.blocks.Block],
    place: str,
) -> None:
    """All but "run" and "example", which take a tab's own fields. `place`: where its visits measure."""

    def on_pause(request: gr.Request) -> list[object]:
        app.visits.pause(app.who(request).visitor, place)
        return [gr.update(visible=False), gr.update(visible=True)]

    def on_proceed(request: gr.Request) -> list[object]:
        app.visits.resume(app.who(request).visitor, place)
        return [gr.update(visible=True), gr.update(visible=False)]

    def on_cancel() -> list[object]:
        return measures.screen.showing("run", progress="").outputs()

    async def on_confirm(request: gr.Request) -> AsyncGenerator[list[object]]:
        async with aclosing(measures.run_proposed(app, app.who(request))) as screens:
            async for screen in screens:
                yield screen.outputs()

    both = [buttons.pause, buttons.proceed]
    buttons.cancel.click(on_cancel, None, outputs, queue=False, **PRIVATE)
    buttons.pause.click(on_pause, None, both, queue=False, **PRIVATE)
    buttons.proceed.click(on_proceed, None, both, queue=False, **PRIVATE)
    buttons.confirm.click(on_confirm, None, outputs, **PRIVATE)
    wire_stop(app, buttons.stop, app.visits.stop, place)
