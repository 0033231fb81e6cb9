"""Sweep: the same prompt at many settings, as a grid that fills, and a figure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from playground.page.parts.downloads import File, wire_downloads
from playground.page.parts.pace import REDRAW
from playground.page.parts.redrawn import Redrawn
from playground.page.parts.render import Renderer
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.setup_line import fold_into_line
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.sampling.lab import SweepCell, diversity
from playground.tabs.sampling.page.drawing.cells import draw_grid, draw_sweep_title
from playground.tabs.sampling.page.drawing.diversity import plot_diversity
from playground.tabs.sampling.page.drawing.pieces import draw_alert, draw_notice
from playground.tabs.sampling.page.export import Swept, sweep_to_csv, sweep_to_json
from playground.tabs.sampling.page.fields import SweepFields, first_values, grid_of
from playground.tabs.sampling.page.layout import SamplingLayout
from playground.tabs.sampling.visit.visits import SamplingVisits
from playground.visitors.checks import checked_models, checked_number, checked_text
from playground.visitors.expiring import Expiring
from providers.errors import PlaygroundError
from providers.types import Message, Sampling

KeptSweeps = Expiring[Swept]
"""By visitor, for some hours: the last sweep."""
DrawnSweeps = Redrawn[Swept]


def keep_sweeps() -> KeptSweeps:
    return Expiring(14_400.0, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepScreen(Screen):
    """What a sweep redraws."""

    BUTTONS = ("run", "stop")

    grid: object = no_change()
    plot: object = no_change()
    run: object = no_change()
    stop: object = no_change()
    kept: object = no_change()
    setup: object = no_change()


def wire_sweep(page: Page[SamplingVisits], layout: SamplingLayout) -> None:
    """Everything of "Sweep"."""
    app, parts, kept = page.app, layout.sweep, keep_sweeps()
    drawn = DrawnSweeps.of(app.sessions)
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
        asked = SweepRequest(model, prompt, fields, sampling)
        async for screen in going.show(who, lambda reader: sweep(app, reader, asked, kept, drawn)):
            yield screen.outputs()

    async def on_example(request: gr.Request, _prompt: str, *values: Any) -> AsyncGenerator[list[object]]:
        prompt = app.who(request).text("sampling.sweep_example_prompt")
        first: object = prompt
        async for outputs in on_run(request, prompt, *values):
            yield [first, *outputs]
            first = gr.skip()

    def forget(visitor: str) -> None:
        kept.pop(visitor)

    app.sessions.forgetting.append(forget)

    async def on_restored(request: gr.Request, grid: object) -> list[object]:
        """After the page was read again in another language."""
        who = app.who(request)
        if (found := drawn.find(who.visitor, grid)) is None:
            return SweepScreen().outputs()
        return (await show_sweep(app.show(who), found, drawn.mark(who.visitor, found))).outputs()

    def on_varied_restored(varied: str) -> object:
        return gr.update(visible=varied != "none")

    going = goes_on(page, "sampling-sweep", parts.outputs)
    page.restored.change(on_restored, parts.grid, parts.outputs, **PRIVATE)
    page.restored.change(on_varied_restored, parts.varied, parts.values, **PRIVATE)
    parts.varied.input(on_varied, parts.varied, parts.values, **PRIVATE)
    parts.run.click(on_run, inputs, parts.outputs, **PRIVATE)
    parts.example.click(on_example, inputs, [layout.prompt, *parts.outputs], **PRIVATE)
    wire_stop(app, parts.stop, app.visits.stop)
    wire_downloads(app, parts.exports, layout.file, lambda who, kind: export_sweep(kept, who, kind))


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
    begun: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    """In ISO 8601, UTC."""


async def sweep(
    app: App[SamplingVisits],
    who: Who,
    asked: SweepRequest,
    kept: KeptSweeps | None = None,
    drawn: DrawnSweeps | None = None,
) -> AsyncGenerator[SweepScreen]:
    """The grid as it fills, then the figure. What was swept is among `kept` in the end, to be exported, and among those
    `drawn`."""
    show = app.show(who)
    title = draw_sweep_title(show, asked.model, asked.prompt, asked.begun)
    try:
        messages = (Message.of("user", checked_text(asked.prompt, app.bounds)),)
        grid = grid_of(asked.fields)
        length = app.sessions.limits.tokens(int(checked_number("max_tokens", asked.fields.max_tokens) or 1))
        hidden = gr.update(visible=False)
        yield SweepScreen.showing("stop", grid="", plot=hidden, kept=hidden)
        sampling = replace(asked.sampling, max_tokens=length, seed=None)
        cells: tuple[SweepCell, ...] = ()
        redrawn = 0.0
        swept = app.visits.sweep(who.visitor, asked.model, messages, grid, sampling)
        async with aclosing(app.going.keep(who, swept)) as snapshots:
            async for cells in snapshots:
                now = time.monotonic()
                if now - redrawn >= REDRAW:
                    line = gr.skip() if redrawn else fold_sweep(show, cells)
                    redrawn = now
                    yield SweepScreen(grid=title + draw_grid(show, cells), setup=line)
                else:
                    yield SweepScreen()  # a beat, so that a closed page is noticed
        ended = Swept(model=asked.model, prompt=asked.prompt, begun=asked.begun, cells=cells)
        if kept is not None:
            kept.put(who.visitor, ended)
        yield await show_sweep(show, ended, "" if drawn is None else drawn.mark(who.visitor, ended))
    except PlaygroundError as error:
        yield SweepScreen.showing("run", grid=draw_alert(show, error), plot=gr.update(visible=False))


def fold_sweep(show: Renderer, cells: Sequence[SweepCell]) -> object:
    """The fields in a line: what is varied, with its values, and the seeds."""
    varied: dict[str, list[str]] = {show.text("sampling.temperatures"): []}
    for cell in cells:
        values = [(show.text("sampling.temperatures"), cell.setting.temperature)]
        values += [(show.text(f"parameter.{name}.label"), value) for name, value in cell.setting.others]
        values += [(show.text("sampling.seeds"), float(cell.seed))] if cell.seed is not None else []
        for name, value in values:
            if (shown := show.number(value, "g")) not in varied.setdefault(name, []):
                varied[name].append(shown)
    return fold_into_line(f"{name} {', '.join(shown)}" for name, shown in varied.items())


async def show_sweep(show: Renderer, it: Swept, mark: str) -> SweepScreen:
    """A sweep that has ended: the grid, what to notice, the figure, and the buttons that save it."""
    lines = diversity(it.cells)
    figure = await asyncio.to_thread(plot_diversity, show, lines) if lines else None
    grid = draw_sweep_title(show, it.model, it.prompt, it.begun) + draw_grid(show, it.cells)
    return SweepScreen.showing(
        "run",
        grid=grid + draw_notice(show, "sweep") + mark,
        plot=gr.update(value=figure, visible=figure is not None),
        kept=gr.update(visible=bool(it.cells)),
        setup=fold_sweep(show, it.cells),
    )


def export_sweep(kept: KeptSweeps, who: Who, kind: str) -> File | None:
    """The last sweep as a file; `None` where there is none."""
    if (found := kept.get(who.visitor)) is None:
        return None
    if kind == "csv":  # the mark at the front tells a spreadsheet that the text is UTF-8
        return {"name": "aula-sweep.csv", "type": "text/csv", "content": "\ufeff" + sweep_to_csv(found)}
    return {"name": "aula-sweep.json", "type": "application/json", "content": sweep_to_json(found)}
