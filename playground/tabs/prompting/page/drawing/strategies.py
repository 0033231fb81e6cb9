"""What each strategy does and where it was published."""

from __future__ import annotations

import html

from playground.page.parts.render import Renderer
from playground.strategies.solving.strategy import strategies


def draw_strategies(show: Renderer) -> str:
    """All of them, folded."""
    rows = []
    for one in strategies():
        title, info = html.escape(show.text(one.title)), html.escape(show.text(one.info))
        paper = f'<span class="quiet">{html.escape(one.paper)}</span>' if one.paper else ""
        rows.append(f'<div data-title="{title}" data-info="{info}"><dt>{title}</dt><dd>{info} {paper}</dd></div>')
    title = html.escape(show.text("prompting.explained"))
    return f'<details class="explained"><summary>{title}</summary><dl>{"".join(rows)}</dl></details>'
