"""One text as every way classifies it."""

from __future__ import annotations

import html
from collections.abc import Mapping

from playground.page.parts.measures import draw_heads, draw_table
from playground.page.parts.render import Renderer
from playground.tabs.models.lab.understanding import Approach, OneText
from playground.tabs.models.page.pieces import say
from providers.errors import Failure


def draw_one_text(show: Renderer, text: str, found: Mapping[Approach, OneText | Failure]) -> str:
    """A line for each way: the class, and how near the others came where that is told."""
    heads = draw_heads([say(show, "approach"), say(show, "one_said"), say(show, "one_shares")])
    lines = "".join(
        f'<tr data-approach="{one}"><th scope="row">{say(show, f"approach_{one}")}</th>{_cells(show, said)}</tr>'
        for one, said in found.items()
    )
    table = draw_table(say(show, "one_of"), heads, lines, kind="results fitting")
    return f'<div class="answer"><blockquote>{html.escape(text)}</blockquote>{table}</div>'


def _cells(show: Renderer, said: OneText | Failure) -> str:
    if isinstance(said, Failure):
        return f'<td colspan="2">{show.alert(said)}</td>'
    key = "one_cosine" if said.approach == "labels" else "one_share"
    shares = ", ".join(
        say(show, key, label=name, share=share)
        for name, share in sorted(said.shares.items(), key=lambda pair: -pair[1])
    )
    name = html.escape(said.said) or say(show, "confusion_none")
    return f'<td><span class="share">{name}</span></td><td><small>{shares or "–"}</small></td>'
