"""The page. Everything below it works without Gradio."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.desk import Desk
from playground.gallery import Gallery
from playground.labs.retrieval.index import Index
from playground.labs.retrieval.parsing import Parsers
from playground.library import Library
from playground.reach import Reach
from playground.sessions import Sessions
from playground.settings import Settings
from playground.text import texts
from playground.trials import Trials
from playground.ui import shell
from playground.ui.look import look
from playground.ui.page import App
from playground.workbench import Workbench
from providers import catalog
from providers.errors import PlaygroundError

__all__ = ["Created", "create"]


@dataclass(frozen=True, slots=True)
class Created:
    """The page, how it looks, and what should begin with the server: what `launch` takes."""

    app: App
    blocks: gr.Blocks
    look: dict[str, Any]

    async def warm_up(self) -> None:
        """Make the default model ready before anybody asks, and tidy up. What goes wrong is told to whoever asks."""
        with suppress(PlaygroundError):
            async with self.app.reach.open("", self.app.settings.model) as (provider, model):
                async for _ in provider.prepare(model):
                    pass
        with suppress(PlaygroundError):
            await self.app.library.tidy()


def create(settings: Settings) -> Created:
    """Put the program together."""
    rows = catalog.load()
    sessions = Sessions.of(settings, rows)
    scripted = settings.model.startswith("scripted/")
    reach = Reach(rows, settings.options(), sessions.vault, scripted)
    label = shell.labels(texts())
    index = Index.server(settings.chroma_url) if settings.chroma_url else Index.at(settings.home / "index")
    library = Library(reach, sessions, index, Parsers(settings.document_bounds()), settings.documents)
    trials = Trials(reach, sessions, settings.code_allowed, library.searcher)
    work = (Desk(reach, sessions), Workbench(reach, sessions), trials, library, Gallery(reach, sessions))
    app = App(settings, texts(), reach, sessions, *work, label)
    return Created(app, shell.build(app), look(label, shell.head(texts())))
