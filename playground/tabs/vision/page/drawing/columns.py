"""Who answers: a column for each model that sees, one for each that is to read, and the others with the reason."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import gradio as gr

from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.vision.page.drawing.messages import messages
from playground.tabs.vision.page.drawing.pieces import say
from playground.tabs.vision.visit.ask import MOST_COLUMNS
from playground.tabs.vision.visit.values import Seat, Session
from playground.tabs.vision.visit.visits import VisionVisits
from providers.types import ModelInfo

Models = Mapping[str, ModelInfo]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The sidebar's models in their order, those that are to read, and what is known of all of them.

    A model that nobody knows is taken to see: asking it tells.
    """

    refs: tuple[str, ...]
    reading: tuple[str, ...]
    models: Models

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Each model where it stands: first as it sees, then as it reads."""
        found: list[Seat] = []
        for ref in self.refs:
            if self.sees(ref):
                found.append(Seat("sees", ref))
            if ref in self.reading:
                found.append(Seat("reads", ref))
        return tuple(found)

    @property
    def blind(self) -> tuple[str, ...]:
        """Those that cannot see and are not to read."""
        return tuple(ref for ref in self.refs if not self.sees(ref) and ref not in self.reading)

    def sees(self, ref: str) -> bool:
        return ref not in self.models or self.models[ref].images

    def name(self, ref: str) -> str:
        return self.models[ref].name if ref in self.models else ref.partition("/")[2] or ref


async def chosen(app: App[VisionVisits], who: Who, refs: object, reading: object) -> Chosen:
    """From the sidebar and the tab; what is no list of names counts as none."""
    models = {model.ref: model for model in await app.reach.models(who.visitor)}
    wanted = names(refs)[:MOST_COLUMNS] or (app.settings.model,)
    return Chosen(wanted, tuple(ref for ref in names(reading) if ref in wanted), models)


def names(value: object) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, Sequence):
        return ()
    return tuple(dict.fromkeys(one for one in listed if isinstance(one, str) and one))


def frame(show: Renderer, it: Chosen, session: Session) -> list[object]:
    """Updates of the choice of readers, who answers, and the columns with their heads and chats."""
    choices = [(show.text("vision.ocr_column", model=it.name(ref)), ref) for ref in it.refs]
    seats = it.seats[:MOST_COLUMNS]
    columns = [gr.update(visible=number < max(1, len(seats))) for number in range(MOST_COLUMNS)]
    heads = [head(show, it, seat) for seat in seats] + [""] * (MOST_COLUMNS - len(seats))
    return [
        gr.update(choices=choices, value=list(it.reading)),
        strip(show, it),
        *columns,
        *heads,
        *chats(show, it, session),
    ]


def chats(show: Renderer, it: Chosen, session: Session) -> list[object]:
    """What each column shows of the conversation."""
    seats = it.seats[:MOST_COLUMNS]
    shown: list[object] = [messages(show, session, seat) for seat in seats]
    if not seats and session.turns:  # what was said stays to be read
        shown = [messages(show, session, session.turns[-1].seats[0])]
    return shown + [[] for _ in range(MOST_COLUMNS - len(shown))]


def head(show: Renderer, it: Chosen, seat: Seat) -> str:
    """The title of a column: how it gets at the picture, the model, and whether it stays on this computer."""
    way = say(show, f"seat_{seat.way}")
    return f'<div class="seat {seat.way}">{way}</div>{show.head(it.models.get(seat.ref), seat.ref)}'


def strip(show: Renderer, it: Chosen) -> str:
    """The models that will not be asked, greyed, and why; and that there are more columns than places."""
    lines = [
        f'<li class="blind"><span class="column-name">{html.escape(it.name(ref))}</span> {say(show, "blind")}</li>'
        for ref in it.blind
    ]
    if len(it.seats) > MOST_COLUMNS:
        lines.append(f"<li>{say(show, 'too_many_columns', limit=MOST_COLUMNS)}</li>")
    return f'<ul class="blind-list">{"".join(lines)}</ul>' if lines else ""
