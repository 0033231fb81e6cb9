"""What a page shows in the end of several screens."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import fields

import gradio as gr

from playground.page.parts.screen import Screen


async def last_drawn(screens: AsyncGenerator[Screen]) -> dict[str, object]:
    """For every place, the last thing that was drawn there."""
    shown: dict[str, object] = {}
    async with aclosing(screens) as coming:
        async for screen in coming:
            values = zip(fields(screen), screen.outputs(), strict=True)
            shown |= {one.name: value for one, value in values if value != gr.skip()}
    return shown
