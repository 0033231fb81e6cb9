"""Sweep: the same prompt at many settings, as a grid that fills, and a figure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.page.parts.pace import REDRAW
from playground.page.parts.screen import Screen, unchanged
from playground.page.parts.stops import wire_stop
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.sampling.lab import SweepCell, diversity
from playground.tabs.sampling.page.drawing.cells import draw_grid
from playground.tabs.sampling.page.drawing.diversity import plot_diversity
from playground.tabs.sampling.page.drawing.pieces import draw_alert, draw_notice
from playground.tabs.sampling.page.fields import SweepFields, first_values, grid_of
from playground.tabs.sampling.page.layout import SamplingLayout
from playground.tabs.sampling.visit.visits import SamplingVisits
from playground.visitors.checks import checked_models, checked_number, checked_text
from providers.errors import PlaygroundError
from providers.types import Message, Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepScreen(Screen):
    """What a sweep redraws."""

    BUTTONS = ("run", "stop")

    grid: object = unchanged()
    plot: object = unchanged()
    run: object = unchanged()
    stop: object = unchanged()


def wire_sweep(page: Page[SamplingVisits], layout: SamplingLayout) -> None:
    """Everything of "Sweep"."""
    app, parts = page.app, layout.sweep
    inputs = [layout.prompt, *parts.fields, *page.sidebar.inputs]

    def on_varied(varied: str) -> object:
        """Values that fit what is varied."""
        return gr.update(visible=varied != "none", value=first_values(varied))

    async def on_run(request: gr.Request, prompt: str, *values: Any) -> AsyncGenerator[list[object]]:
        who, (fields, models, sliders) = app.who(request), _parse(values)
        try:
            model, sampling = checked_models(models)[0], page.sampling(sliders)
        except PlaygroundError as error:
            yield SweepScreen(grid=draw_alert(app.show(who), error)).outputs()
            return
        async for screen in sweep(app, who, SweepRequest(model, prompt, fields, sampling)):
            yield screen.outputs()

    async def on_example(request: gr.Request, _prompt: str, *values: Any) -> AsyncGenerator[list[object]]:
        prompt = app.who(request).text("sampling.sweep_example_prompt")
        first: object = prompt
        async for outputs in on_run(request, prompt, *values):
            yield [first, *outputs]
            first = gr.skip()

    parts.varied.input(on_varied, parts.varied, parts.values, **PRIVATE)
    parts.run.click(on_run, inputs, parts.outputs, **PRIVATE)
    parts.example.click(on_example, inputs, [layout.prompt, *parts.outputs], **PRIVATE)
    wire_stop(app, parts.stop, app.visits.stop)


def _parse(values: Sequence[Any]) -> tuple[SweepFields, Sequence[str], Sequence[object]]:
    temperatures, varied, typed, seeds, longest, models, *sliders = values
    fields = SweepFields(temperatures=temperatures, varied=varied, values=typed, seeds=seeds, max_tokens=longest)
    return fields, models, sliders


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """Model and sampling are checked; the prompt and the fields are as they were typed."""

    model: str
    prompt: str
    fields: SweepFields
    sampling: Sampling


async def sweep(app: App[SamplingVisits], who: Who, asked: SweepRequest) -> AsyncGenerator[SweepScreen]:
    """The grid as it fills, then the figure."""
    show = app.show(who)
    try:
        messages = (Message.of("user", checked_text(asked.prompt, app.bounds)),)
        grid = grid_of(asked.fields)
        length = app.sessions.limits.tokens(int(checked_number("max_tokens", asked.fields.max_tokens) or 1))
        yield SweepScreen.showing("stop", grid="", plot=gr.update(visible=False))
        sampling = replace(asked.sampling, max_tokens=length, seed=None)
        cells: tuple[SweepCell, ...] = ()
        drawn = 0.0
        async with aclosing(app.visits.sweep(who.visitor, asked.model, messages, grid, sampling)) as snapshots:
            async for cells in snapshots:
                now = time.monotonic()
                if now - drawn >= REDRAW:
                    drawn = now
                    yield SweepScreen(grid=draw_grid(show, cells))
                else:
                    yield SweepScreen()  # a beat, so that a closed page is noticed
        lines = diversity(cells)
        figure = await asyncio.to_thread(plot_diversity, show, lines) if lines else None
        yield SweepScreen.showing(
            "run",
            grid=draw_grid(show, cells) + draw_notice(show, "sweep"),
            plot=gr.update(value=figure, visible=figure is not None),
        )
    except PlaygroundError as error:
        yield SweepScreen.showing("run", grid=draw_alert(show, error), plot=gr.update(visible=False))
