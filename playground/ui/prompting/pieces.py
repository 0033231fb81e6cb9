"""The smallest things of the tab: a button, a note, an error in the place of a result."""

from __future__ import annotations

import html
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Literal, TypeVar

import gradio as gr
from gradio.i18n import I18nData

from playground.ui.render import Renderer
from providers.errors import Failure, PlaygroundError

REDRAW = 0.2
"""Seconds between two pictures: everything is sent whole."""
T = TypeVar("T")


def button(
    text: I18nData,
    name: str,
    *,
    variant: Literal["primary", "secondary"] = "secondary",
    visible: bool = True,
    **kind: bool,
) -> gr.Button:
    """A small one. `stops`: Esc presses it. `quiet`: without a frame."""
    classes = [*(["stops"] if kind.get("stops") else []), *(["quiet-button"] if kind.get("quiet") else [])]
    return gr.Button(text, size="sm", scale=0, variant=variant, visible=visible, elem_id=name, elem_classes=classes)


def noticed(show: Renderer, mode: str) -> str:
    """What there is to see, once something is there."""
    lead, text = html.escape(show.text("prompting.notice")), html.escape(show.text(f"prompting.notice_{mode}"))
    return f'<p class="noticing"><strong>{lead}</strong> {text}</p>'


def alert(show: Renderer, error: PlaygroundError) -> str:
    """What went wrong, and what to do."""
    if error.key == "input_error.empty":  # its own sentence speaks of a message
        return f'<div class="notice" role="alert">{html.escape(show.text("prompting.nothing"))}</div>'
    return show.alert(Failure.of(error))


async def paced(snapshots: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """The snapshots, at most five a second, and always the last one. Closes what it reads."""
    drawn = 0.0
    waiting: T | None = None
    async with aclosing(snapshots):
        async for snapshot in snapshots:
            waiting, now = snapshot, time.monotonic()
            if now - drawn >= REDRAW:
                drawn, waiting = now, None
                yield snapshot
    if waiting is not None:
        yield waiting
