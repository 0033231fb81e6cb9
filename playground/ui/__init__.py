"""The page. Everything below it works without Gradio."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.desk import Desk
from playground.reach import Reach
from playground.sessions import Sessions
from playground.settings import Settings
from playground.text import texts
from playground.ui import shell
from playground.ui.look import look
from playground.ui.page import App
from providers import catalog

__all__ = ["create"]


def create(settings: Settings) -> tuple[gr.Blocks, dict[str, Any]]:
    """The page and how it looks: what `launch` takes."""
    rows = catalog.load()
    sessions = Sessions.of(settings, rows)
    scripted = settings.model.startswith("scripted/")
    reach = Reach(rows, settings.options(), sessions.vault, scripted)
    label = shell.labels(texts())
    app = App(settings, texts(), reach, sessions, Desk(reach, sessions), label)
    return shell.build(app), look(label)
