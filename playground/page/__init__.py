"""The page. Everything below it works without Gradio."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.page import shell
from playground.page.look import look
from playground.page.program import App, Program
from playground.settings import Settings
from playground.text import texts
from playground.visitors import Sessions
from playground.visitors.reach import Reach
from playground.visitors.reached import Settles
from providers import catalog
from providers.errors import PlaygroundError

__all__ = ["Created", "create"]

log = logging.getLogger(__name__)

SWEEPING = 3600.0
"""Seconds between two looks at what is too old."""


@dataclass(frozen=True, slots=True)
class Created:
    """The page, how it looks, and what should begin with the server: what `launch` takes."""

    program: Program
    tabs: Sequence[shell.OpenTab]
    blocks: gr.Blocks
    look: dict[str, Any]

    def app(self, tab: str) -> App[Any]:
        """The program as the tab of that name sees it. Raises `StopIteration` for one that is not there."""
        return next(one.app for one in self.tabs if tab == one.module.NAME)

    async def warm_up(self) -> None:
        """Make the default model ready before anybody asks, and tidy up. What goes wrong is told to whoever asks."""
        with suppress(PlaygroundError):
            async with self.program.reach.open("", self.program.settings.model) as (provider, model):
                async for _ in provider.prepare(model):
                    pass
        await self._tidy()

    async def live(self) -> None:
        """`warm_up`, then, for as long as the page runs, delete every hour what nobody has touched for too long."""
        await self.warm_up()
        async with asyncio.TaskGroup() as beside:
            beside.create_task(self._settle())
            while True:
                await asyncio.sleep(SWEEPING)
                with suppress(OSError):  # a disk that does not answer now is asked again in an hour
                    await asyncio.to_thread(self.program.sessions.conversations.sweep)
                await self._tidy()

    async def _settle(self) -> None:
        """The engines of the default model, when nobody asks anything. What goes wrong leaves everything as it is."""
        if not self.program.settings.companion:
            return
        try:
            async with self.program.reach.open("", self.program.settings.model) as (provider, model):
                if isinstance(provider, Settles):
                    await provider.settle(model)
        except PlaygroundError:  # as when it cannot be had: whoever asks is told
            pass
        except Exception:  # a defect here must not end what goes on beside it: what is too old would stay
            log.exception("the engines of the default model were not measured")

    async def _tidy(self) -> None:
        for tab in self.tabs:
            with suppress(PlaygroundError):
                await tab.tidy()


def create(settings: Settings) -> Created:
    """Put the program together: what all tabs share, then every tab that the folder `tabs` holds."""
    rows = catalog.load()
    sessions = Sessions.of(settings, rows)
    scripted = settings.model.startswith("scripted/")
    reach = Reach(rows, settings.options(), sessions.vault, scripted, sessions.terms)
    label = shell.labels(texts())
    opened: dict[str, object] = {}
    program = Program(settings=settings, texts=texts(), reach=reach, sessions=sessions, label=label, opened=opened)
    tabs = shell.open_tabs(program, opened)
    return Created(program, tabs, shell.build(program, tabs), look(label, shell.head(texts())))
