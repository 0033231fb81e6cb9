"""One text as every way classifies it."""

from __future__ import annotations

from collections.abc import Mapping

from playground.measuring import TaskSet
from playground.page.parts.measures import draw_heads, draw_table
from playground.page.parts.render import Renderer
from playground.tabs.models.lab.understanding import Approach, OneText, kind_of
from playground.tabs.models.page.pieces import break_lines, say
from playground.tabs.models.page.sections.understanding.table import name_way
from providers.errors import Failure


def draw_one_text(show: Renderer, text: str, found: Mapping[Approach, OneText | Failure], tasks: TaskSet) -> str:
    """A line for each way: what it said, and how near the others came where that is told."""
    said = say(show, "one_said" if kind_of(tasks) == "classes" else "one_answer")
    heads = draw_heads([say(show, "approach"), said, say(show, "one_shares")])
    lines = "".join(
        f'<tr data-approach="{one}"><th scope="row">{name_way(show, one, tasks)}</th>{_cells(show, said)}</tr>'
        for one, said in found.items()
    )
    table = draw_table(say(show, "one_of"), heads, lines, kind="results fitting")
    return f'<div class="answer"><blockquote>{break_lines(text)}</blockquote>{table}</div>'


def _cells(show: Renderer, said: OneText | Failure) -> str:
    if isinstance(said, Failure):
        return f'<td colspan="2">{show.alert(said)}</td>'
    key = "one_cosine" if said.approach == "labels" else "one_share"
    shares = ", ".join(
        say(show, key, label=name, share=share)
        for name, share in sorted(said.shares.items(), key=lambda pair: -pair[1])
    )
    name = break_lines(said.said) or say(show, "confusion_none")
    return f'<td><span class="share">{name}</span></td><td><small>{shares or "–"}</small></td>'
