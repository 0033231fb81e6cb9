"""The named endpoints `next_tokens` and `sweep`."""

from __future__ import annotations

from playground.ui.page import App


def publish(app: App) -> None:
    """Name the endpoints; call it inside the page's Blocks."""
