"""Who answers: a column for each model that sees, one for each that is to read, and the others with the reason."""

from __future__ import annotations

import html

from playground.page.parts.render import Renderer
from playground.tabs.vision.page.drawing.messages import messages
from playground.tabs.vision.page.drawing.pieces import say
from playground.tabs.vision.page.fields import ChosenModels
from playground.tabs.vision.visit.ask import MOST_COLUMNS
from playground.tabs.vision.visit.values import Seat, Session


def columns(show: Renderer, it: ChosenModels, session: Session) -> list[object]:
    """The messages of every column."""
    seats = it.seats[:MOST_COLUMNS]
    shown: list[object] = [messages(show, session, seat) for seat in seats]
    if not seats and session.turns:  # what was said stays to be read
        shown = [messages(show, session, session.turns[-1].seats[0])]
    return shown + [[] for _ in range(MOST_COLUMNS - len(shown))]


def draw_head(show: Renderer, it: ChosenModels, seat: Seat) -> str:
    """The title of a column: how it gets at the picture, the model, and whether it stays on this computer."""
    way = say(show, f"seat_{seat.way}")
    return f'<div class="seat {seat.way}">{way}</div>{show.head(it.models.get(seat.ref), seat.ref)}'


def draw_blind(show: Renderer, it: ChosenModels) -> str:
    """The models that will not be asked, greyed, and why; and that there are more columns than places."""
    lines = [
        f'<li class="blind"><span class="column-name">{html.escape(it.name(ref))}</span> {say(show, "blind")}</li>'
        for ref in it.blind
    ]
    if len(it.seats) > MOST_COLUMNS:
        lines.append(f"<li>{say(show, 'too_many_columns', limit=MOST_COLUMNS)}</li>")
    return f'<ul class="blind-list">{"".join(lines)}</ul>' if lines else ""
