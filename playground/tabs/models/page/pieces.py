"""The smallest things drawn, for every section: the tab's sentences, a model's name, a token."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from playground.asking.visible import visible
from playground.page.parts.notices import Notices
from playground.page.parts.render import Renderer
from providers.inspection import InspectedModel
from providers.types import ModelInfo, Progress

NOTICES = Notices("models")
say, draw_term, draw_sentence = NOTICES.say, NOTICES.draw_term, NOTICES.draw_sentence
draw_notice, draw_alert = NOTICES.draw_notice, NOTICES.draw_alert
Known = Mapping[str, InspectedModel]
"""Every model within the visitor's reach, by its ref: what a model that gave nothing is called."""

_BESIDE = "\N{NO-BREAK SPACE}"
"""Between a number and its unit."""


def draw_name(show: Renderer, info: InspectedModel | None, ref: str) -> str:
    """A column's title: the model, and whether it stays on this computer."""
    if isinstance(info, ModelInfo) or info is None:
        return show.head(info, ref)
    kind = html.escape(show.text("models.encoder"))
    return (
        f'<div class="column-head"><span class="column-name">{html.escape(info.name)}</span>'
        f'<span class="kind">{kind}</span></div>'
    )


def draw_waiting(show: Renderer, progress: Progress) -> str:
    """In the place of a result: what is being waited for, and how far it is."""
    return f'<p class="told" role="status">{html.escape(show.waiting(progress))}</p>'


def draw_legend(show: Renderer) -> str:
    """What the colours of tokens say of their surprise."""
    names = " ".join(f'<span class="token p{at}">{say(show, f"surprise_{at}")}</span>' for at in range(4, -1, -1))
    return f'<p class="legend">{names}</p>'


def name_of_token(piece: str) -> str:
    """A token within a sentence, as plain text: without the sign for a space, which few fonts have."""
    return visible(piece).replace("␠", " ").strip() or "·"


def break_lines(text: str) -> str:
    """A text of several lines, as HTML."""
    return html.escape(text).replace("\n", "<br>")


def amount_of_bytes(show: Renderer, count: float) -> str:
    """As kB, MB or GB, of thousands each."""
    return _in_thousands(show, count, ("kB", "MB", "GB")) or f"{show.number(count, ',.0f')}{_BESIDE}B"


def count_of(show: Renderer, count: float) -> str:
    """A large number as thousands, millions or (thousand millions) billions, as sizes of models are written."""
    return _in_thousands(show, count, ("k", "M", "B")) or show.number(count, ",.0f")


def _in_thousands(show: Renderer, count: float, units: Sequence[str]) -> str:
    """With the largest of these that it reaches; empty where it reaches none."""
    for power, unit in reversed(list(enumerate(units, start=1))):
        if (scaled := count / 1000**power) >= 1:
            return f"{show.number(scaled, ',.0f' if scaled >= 100 else '.1f')}{_BESIDE}{unit}"
    return ""
