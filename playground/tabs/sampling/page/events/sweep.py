"""What the events of the sweep do."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

import gradio as gr

from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.sampling.lab import DiversityLine, Grid, SweepCell, diversity
from playground.tabs.sampling.page.drawing.cells import grid
from playground.tabs.sampling.page.drawing.diversity import diversity_plot
from playground.tabs.sampling.page.drawing.pieces import alert, noticed
from playground.tabs.sampling.visit.visits import SamplingVisits
from playground.visitors.checks import RANGES, checked_number, checked_text
from providers.errors import InputError, LimitExceeded, PlaygroundError
from providers.types import Message, Sampling

_REDRAW = 0.2
"""Seconds between two pictures of the grid: it is sent whole."""
_MOST = 64
_WHOLE = {"top_k", "seed"}
"""Here "1,2" are two numbers, not one with a decimal comma."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sweep's own fields, as they were typed."""

    temperatures: str
    varied: str
    values: str
    seeds: str
    max_tokens: object


def planned(plan: Plan) -> Grid:
    """The grid that the fields describe. Raises `InputError("number")`, `LimitExceeded("cells")`."""
    temperatures = tuple(dict.fromkeys(float(one) for one in numbers("temperature", plan.temperatures)))
    seeds: tuple[int | None, ...] = tuple(dict.fromkeys(int(one) for one in numbers("seed", plan.seeds, empty=True)))
    varied = plan.varied if plan.varied in {"top_k", "top_p"} else None
    values = tuple(dict.fromkeys(numbers(varied, plan.values))) if varied else ()
    top_ks: tuple[int | None, ...] = tuple(int(one) for one in values) if varied == "top_k" else (None,)
    top_ps: tuple[float | None, ...] = tuple(float(one) for one in values) if varied == "top_p" else (None,)
    return Grid(temperatures=temperatures, top_ks=top_ks, top_ps=top_ps, seeds=seeds or (None,))


def numbers(name: str, text: str, *, empty: bool = False) -> list[float | int]:
    """Numbers separated by spaces, semicolons or commas; "0,7" alone is a decimal comma. Raises `InputError`."""
    found: list[float | int] = []
    low, high = RANGES[name]
    for part in re.split(r"[\s;]+", str(text or "").strip()):
        part = part.strip(",")
        one_comma = part.count(",") == 1 and "." not in part and name not in _WHOLE
        for piece in [part.replace(",", ".")] if one_comma else part.split(","):
            if (value := checked_number(name, piece)) is not None:
                found.append(value)
            if len(found) > _MOST:
                raise LimitExceeded("cells", limit=_MOST)
    if not found and not empty:
        raise InputError("number", name=name, low=low, high=high)
    return found


async def sweep(
    app: App[SamplingVisits], who: Who, model: str, prompt: str, plan: Plan, sampling: Sampling
) -> AsyncGenerator[list[object]]:
    """The grid as it fills, then the plot: updates of grid, plot, run and stop."""
    show = app.show(who)
    try:
        asked = (Message.of("user", checked_text(prompt, app.bounds)),)
        cells_of = planned(plan)
        length = app.sessions.limits.tokens(int(checked_number("max_tokens", plan.max_tokens) or 1))
        yield ["", gr.update(visible=False), gr.update(visible=False), gr.update(visible=True)]
        running = app.visits.sweep(who.visitor, model, asked, cells_of, replace(sampling, max_tokens=length, seed=None))
        cells: tuple[SweepCell, ...] = ()
        drawn = 0.0
        async with aclosing(running) as snapshots:
            async for cells in snapshots:
                now = time.monotonic()
                if now - drawn >= _REDRAW:
                    drawn = now
                    yield [grid(show, cells), gr.skip(), gr.skip(), gr.skip()]
                else:
                    yield [gr.skip()] * 4  # a beat, so that a closed page is noticed
        lines = diversity(cells)
        figure = plot(show, lines) if lines else None
        shown = grid(show, cells) + noticed(show, "sweep")
        yield [
            shown,
            gr.update(value=figure, visible=figure is not None),
            gr.update(visible=True),
            gr.update(visible=False),
        ]
    except PlaygroundError as error:
        yield [alert(show, error), gr.update(visible=False), gr.update(visible=True), gr.update(visible=False)]


def plot(show: Renderer, lines: Sequence[DiversityLine]) -> object:
    """Diversity against temperature."""
    titles = (show.text("sampling.axis_temperature"), show.text("sampling.axis_diversity"))
    names = [_name(show, line) for line in lines]
    return diversity_plot(lines, names, titles, show.text("sampling.plot_hover"))


def _name(show: Renderer, line: DiversityLine) -> str:
    if line.top_k is not None:
        return show.text("sampling.at_top_k", top_k=line.top_k)
    return "" if line.top_p is None else show.text("sampling.at_top_p", top_p=f"{line.top_p:g}")
