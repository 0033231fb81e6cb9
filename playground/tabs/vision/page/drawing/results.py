"""What a measurement says: progress, a table by type of question, a figure. Each with its intervals."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import plotly.graph_objects as go

from playground.measuring.floors import Floors, floors, monotony
from playground.measuring.summary import if_all_read
from playground.page.parts.measures import draw_explained, draw_heads, draw_progress, draw_wide_table
from playground.page.parts.plots import SERIES, Share, plot_shares
from playground.page.parts.render import Renderer
from playground.tabs.vision.lab.measure import TypeScore, type_floors
from playground.tabs.vision.page.drawing.pieces import draw_term, say
from playground.tabs.vision.visit.measure import Contender, VisionResult

_KNOWN = ("reading", "counting", "colour", "position", "reasoning")
"""Types of question that have a name of ours."""
_TIMES = ("computing", "seconds")


def draw_answers(show: Renderer, it: VisionResult) -> str:
    """How many answers there are, and a bar; which models sit out what."""
    done, total = len(it.snapshot.outcomes), it.snapshot.total
    state = {"stopped": "stopped", "done": "measured"}.get(it.snapshot.state, "measuring")
    said = f"<strong>{say(show, state)}</strong> <span>{say(show, 'answers', done=done, all=total)}</span>"
    if it.snapshot.failed:
        said += f' <span class="wrong">{say(show, "answers_failed", count=it.snapshot.failed)}</span>'
    blind = ""
    if it.blind:
        blind = f'<p class="quiet">{say(show, "left_out", models=", ".join(one.name for one in it.blind))}</p>'
    return draw_progress(said, done / total if total else 1) + blind


def draw_failures(show: Renderer, it: VisionResult) -> str:
    """What went wrong, each kind once."""
    found = {outcome.failure.key: outcome.failure for outcome in it.snapshot.outcomes.values() if outcome.failure}
    return "".join(show.alert(failure) for failure in found.values())


def draw_scores(show: Renderer, it: VisionResult) -> str:
    """A row a model and way; all questions, then each type of them."""
    scores: Mapping[tuple[str, str], TypeScore] = {(one.column, one.type): one for one in it.scores}
    kinds = sorted(dict.fromkeys(one.type for one in it.scores), key=bool)  # all of them first
    names = [say(show, "cost_model"), *(html.escape(type_name(show, kind)) for kind in kinds)]
    times = [html.escape(show.text(f"prompting.result_{name}")) for name in _TIMES]
    heads = draw_heads([*names, *times])
    rows = "".join(
        f'<tr><th scope="row">{html.escape(one.model.name)}<br><small>{say(show, f"way_{one.way}")}</small></th>'
        + "".join(f"<td>{_share(show, scores[one.key, kind])}</td>" for kind in kinds)
        + "".join(f"<td>{show.seconds(seconds)}</td>" for seconds in it.times(one.key))
        + "</tr>"
        for one in it.columns
    )
    foot = _draw_floors(show, it, kinds)
    every = html.escape(show.text("page.all_columns"))
    table = draw_wide_table(say(show, "plot"), heads, rows, every, foot)
    words = ["interval", *(["unread"] if any(one.unread for one in it.scores) else []), *(["floors"] if foot else [])]
    explained = [draw_term(show, word) for word in words]
    explained += [
        draw_explained(time, html.escape(show.text(f"prompting.result_{name}_info")))
        for name, time in zip(_TIMES, times, strict=True)
    ]
    return f'{table}<p class="words-used">{" ".join(explained)}</p>'


def _draw_floors(show: Renderer, it: VisionResult, kinds: Sequence[str]) -> str:
    """What always the same letter and what chance would have, on the same questions; nothing where none has options."""
    found = {kind: type_floors(it.questions, kind) for kind in kinds}
    if not any(found.values()):
        return ""
    rest = "<td>–</td>" * len(_TIMES)
    return "".join(
        f'<tr class="floor" data-floor="{name}"><th scope="row">{say(show, f"floor_{name}")}</th>'
        + "".join(f"<td>{_floor(show, one, name)}</td>" for one in found.values())
        + f"{rest}</tr>"
        for name in ("majority", "chance")
    )


def _floor(show: Renderer, it: Floors | None, name: str) -> str:
    if it is None:
        return "–"
    share = f'<span class="share">{show.number(it.majority if name == "majority" else it.chance, ".2f")}</span>'
    return share + (f"<br><small>{html.escape(it.answer)}</small>" if name == "majority" else "")


def draw_always_same(show: Renderer, it: VisionResult) -> str:
    """A sentence a column that nearly always chose one letter; nothing where none did."""
    closed = {one.item.id: one.item for one in it.questions if one.item.choices}
    usual = floors(tuple(closed.values()), "choice")
    outcomes = {cell: one for cell, one in it.snapshot.outcomes.items() if cell.item in closed}
    found = {_name(show, one): monotony(outcomes, one.key, usual) for one in it.columns}
    said = [
        html.escape(show.text("prompting.always_same", label=name, **asdict(one)))
        for name, one in found.items()
        if one is not None
    ]
    return f'<ul class="findings">{"".join(f"<li>{one}</li>" for one in said)}</ul>' if said else ""


def draw_vision_title(show: Renderer, it: VisionResult, language: str, begun: str) -> str:
    """Over the results: what was asked, how many, in which language, of which models, in which ways, how it is scored
    and when. `begun` in ISO 8601, UTC."""
    said = html.escape(vision_title(show, it, language, begun))
    return f'<h4 class="part run-title">{say(show, "title")} <small>{said}</small></h4>'


def vision_title(show: Renderer, it: VisionResult, language: str, begun: str) -> str:
    """The same as plain text."""
    parts = [
        show.text("prompting.title_questions", count=len(it.questions)),
        show.in_language(language),
        ", ".join(dict.fromkeys(one.model.name for one in it.columns)),
        ", ".join(dict.fromkeys(show.text(f"vision.way_{one.way}") for one in it.columns)),
        show.text("vision.title_metric"),
        show.text("prompting.title_when", when=show.moment(begun)),
    ]
    return " · ".join(parts)


def setup_parts(show: Renderer, it: VisionResult) -> list[str]:
    """What is measured, for one line: set, n, ways and models."""
    return [
        show.text("vision.title"),
        show.text("page.setup_count", count=len(it.questions)),
        ", ".join(dict.fromkeys(show.text(f"vision.way_{one.way}") for one in it.columns)),
        ", ".join(dict.fromkeys(one.model.name for one in it.columns)),
    ]


def _share(show: Renderer, it: TypeScore) -> str:
    if it.mean is None:
        return "–"
    around = say(show, "share", low=show.number(it.low, ".2f"), high=show.number(it.high, ".2f"), count=it.items)
    counts = [("wrong_count", it.wrong), ("unread_count", it.unread)] if it.unread else []
    more = "".join(f"<br>{say(show, name, count=count)}" for name, count in counts if count)
    return f'<span class="share">{show.number(it.mean, ".2f")}</span><br><small>{around}{more}</small>'


def type_name(show: Renderer, kind: str) -> str:
    """What a type of question is called."""
    if not kind:
        return show.text("vision.type_all")
    return show.text(f"vision.type_{kind}") if kind in _KNOWN else kind


def plot_scores(show: Renderer, it: VisionResult) -> go.Figure | None:
    """The same as dots with intervals; `None` where nothing is there yet."""
    if not it.snapshot.outcomes:
        return None
    places = {one.key: place for place, one in enumerate(it.columns)}
    found = [
        Share(
            row=html.escape(type_name(show, one.type)),  # a figure reads mark-up
            series=html.escape(_name(show, it.columns[places[one.column]])),
            colour=SERIES[places[one.column] % len(SERIES)],
            value=one.mean,
            low=one.low,
            high=one.high,
            items=one.items,
            unread=one.unread,
            wrong=one.wrong,
            most=if_all_read(one.mean, one.unread, one.scored),
        )
        for one in it.scores
        if one.mean is not None
    ]
    unread = show.text("vision.unread_legend"), show.text("vision.hover_unread")
    return plot_shares(show, found, show.text("vision.axis_share"), show.text("vision.hover_share"), unread)


def _name(show: Renderer, it: Contender) -> str:
    return f"{it.model.name}: {show.text(f'vision.way_{it.way}')}"
