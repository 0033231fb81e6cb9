"""What fills places in at one moment, as when the page is opened: everything of a tab in one event, since each costs a
round trip and one more thing for the browser to keep."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import gradio as gr
from gradio.blocks import Block
from gradio.events import Dependency

Fill = Callable[..., Any]
"""Is called with the request and the values of its inputs; gives the value of its one output, or a list of several.
May be asynchronous, but no generator."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One thing that is filled in."""

    fill: Fill
    inputs: Sequence[gr.components.Component]
    outputs: Sequence[Block]

    async def values(self, request: gr.Request, given: Sequence[object]) -> list[object]:
        """What the outputs become, in their order."""
        called = self.fill if inspect.iscoroutinefunction(self.fill) else _in_thread(self.fill)
        found = await called(request, *given)
        values = [found] if len(self.outputs) == 1 else list(found)
        if len(values) != len(self.outputs):  # else what the others give would stand in the wrong places
            raise ValueError(f"{len(values)} values for {len(self.outputs)} places")
        return values


def _in_thread(fill: Fill) -> Fill:
    async def call_in_thread(*values: object) -> object:
        return await asyncio.to_thread(fill, *values)

    return call_in_thread


def wire_openings(
    listen: Callable[..., Dependency], openings: Sequence[Opening], **options: Any
) -> Callable[..., Dependency]:
    """One event for all of them, side by side: `listen` wires it, as `blocks.load` does. Each is shown as soon as it is
    there: had it to wait for a slower one, it would undo what the visitor did meanwhile. What wires an event that
    follows; where there is nothing to fill in, `listen`. Call it inside the page's Blocks."""
    inputs = list(dict.fromkeys(one for opening in openings for one in opening.inputs))
    outputs = [one for opening in openings for one in opening.outputs]

    def begin(request: gr.Request, values: Sequence[object]) -> list[asyncio.Future[list[object]]]:
        known = dict(zip(inputs, values, strict=True))
        return [
            asyncio.ensure_future(one.values(request, [known[source] for source in one.inputs])) for one in openings
        ]

    async def on_moment_alone(request: gr.Request, *values: object) -> list[object] | object:
        """What has nothing to wait for. (Of a generator's values Gradio's client (6) tells that a state has changed
        before what came with it can be read.)"""
        (filling,) = begin(request, values)
        found = await filling
        return found[0] if len(found) == 1 else found

    async def on_moment(request: gr.Request, *values: object) -> AsyncGenerator[list[object]]:
        filling = begin(request, values)
        shown: set[asyncio.Future[list[object]]] = set()
        try:
            while waiting := set(filling) - shown:
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                found: list[object] = []
                for one, opening in zip(filling, openings, strict=True):
                    found += one.result() if one in done else [gr.skip() for _ in opening.outputs]
                shown |= done
                yield found
        finally:
            for one in filling:
                one.cancel()

    if not openings:
        return listen
    filled = listen(on_moment if len(openings) > 1 else on_moment_alone, inputs, outputs, **options)
    return cast("Callable[..., Dependency]", filled.then)
