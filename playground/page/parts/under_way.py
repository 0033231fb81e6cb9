"""What a tab draws while something is under way, and goes on drawing when the page is read in another language."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

import gradio as gr
from gradio.events import EventListener

from playground.page.parts.screen import DrawnAgain
from playground.page.program import PRIVATE, Page, Program, Who

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class UnderWay:
    """One part of a tab: made by `goes_on`."""

    app: Program
    name: str

    def show(self, who: Who, draw: Callable[[Who], AsyncGenerator[T]]) -> AsyncGenerator[T]:
        """What `draw` draws: something `DrawnAgain`, as a `Screen` is, or an update where `goes_on` has but one output.

        What it draws from should be `app.going.keep(who, …)`: else that begins anew when the page is read again.
        """
        return self.app.going.show(who, self.name, draw)


def goes_on(page: Page[Any], name: str, outputs: gr.blocks.Block | Sequence[gr.blocks.Block]) -> UnderWay:
    """A part of a tab where something may be under way; when the page was read again, it is drawn in these places."""
    app = page.app

    async def on_back(request: gr.Request) -> AsyncGenerator[object]:
        async with aclosing(app.going.back(app.who(request), name)) as drawn:
            async for one in drawn:
                yield one.again() if isinstance(one, DrawnAgain) else one

    # An event of its own: those of one name follow one another in Gradio's client, and this one may last.
    page.parts.names.append(name)
    EventListener(name).listener(page.parts.place, on_back, None, outputs, **PRIVATE)
    return UnderWay(app, name)
