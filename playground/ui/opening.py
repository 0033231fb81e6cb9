"""What fills the page when it opens: the parts of all tabs, in one request.

With a request for each part, Gradio's client (6) looks through every component of the page for every part that any
request fills, again and again: opening took nearly twice as long.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import gradio as gr
from gradio.blocks import Block


@dataclass(frozen=True, slots=True)
class _Part:
    fill: Callable[..., Any]
    inputs: Sequence[Block]
    outputs: Sequence[Block]
    single: bool

    async def filled(self, request: gr.Request, values: Sequence[object]) -> list[object]:
        if inspect.iscoroutinefunction(self.fill):
            found = await self.fill(request, *values)
        else:
            found = await asyncio.to_thread(self.fill, request, *values)
        return [found] if self.single else list(found)


@dataclass(frozen=True, slots=True)
class Opening:
    """Collects the parts while the tabs are built."""

    _parts: list[_Part] = field(default_factory=list)

    def fill(self, fill: Callable[..., Any], inputs: Sequence[Block] | None, outputs: Block | Sequence[Block]) -> None:
        """`fill(request, *inputs)` gives the outputs' values: a list of them, or the one of a single component."""
        single = isinstance(outputs, Block)
        self._parts.append(_Part(fill, inputs or [], [outputs] if single else outputs, single))  # type: ignore[list-item, arg-type]

    def wire(self, blocks: gr.Blocks, **event: Any) -> None:
        """The one event. Raises `ValueError` where two parts fill the same component."""
        inputs = [one for part in self._parts for one in part.inputs]
        outputs = [one for part in self._parts for one in part.outputs]
        if len({one._id for one in outputs}) < len(outputs):
            raise ValueError("two parts fill the same component")

        async def opened(request: gr.Request, *values: object) -> list[object]:
            given = iter(values)
            filling = [part.filled(request, list(islice(given, len(part.inputs)))) for part in self._parts]
            return [value for found in await asyncio.gather(*filling) for value in found]

        blocks.load(opened, inputs, outputs, **event)
