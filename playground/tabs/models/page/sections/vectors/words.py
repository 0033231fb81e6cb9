"""Words as vectors: where they lead when they are added and taken away; and one word in several sentences."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence

import numpy as np

from playground.page.parts.measures import draw_heads, draw_table
from playground.page.parts.plots import SERIES
from playground.page.parts.render import Renderer
from playground.page.parts.tokens import draw_chip
from playground.tabs.models.lab.analogies import Analogy, Neighbour
from playground.tabs.models.lab.vectors import Vectors
from playground.tabs.models.lab.word_in_context import FoundWord, WordVectors
from playground.tabs.models.page.pieces import Known, draw_name, draw_notice, name_of_token, say
from playground.tabs.models.page.sections.vectors.drawing import draw_cell, draw_failure
from providers.errors import Failure

_WIDTH, _HEIGHT, _EDGE = 300, 130, 26


def draw_solved(
    show: Renderer,
    found: Mapping[str, tuple[Analogy, ...] | Failure],
    known: Known,
) -> str:
    """A figure for each space of each model: the sum, and what lies nearest."""
    figures = "".join(
        draw_failure(show, ref, one, known)
        if isinstance(one, Failure)
        else "".join(_analogy(show, ref, space, known) for space in one)
        for ref, one in found.items()
    )
    done = any(not isinstance(one, Failure) for one in found.values())
    return f'<div class="answer"><div class="cuts">{figures}</div>{draw_notice(show, "analogy") if done else ""}</div>'


def _analogy(show: Renderer, ref: str, one: Analogy, known: Known) -> str:
    among = say(show, f"space_{one.space}", count=one.candidates)
    best = one.answer
    answer = html.escape(name_of_token(best.text)) if best is not None else "?"
    return (
        f'<figure class="cut-figure" data-space="{one.space}"><figcaption>{draw_name(show, known.get(ref), ref)}'
        f'<p class="quiet">{among}</p></figcaption><p class="sum">{_sum(one)} ≈ <strong>{answer}</strong></p>'
        f"{_first(show, one)}{_draw_cut(show, one)}"
        f'<ol class="neighbours">{"".join(_neighbour(show, near) for near in one.neighbours)}</ol></figure>'
    )


def _sum(one: Analogy) -> str:
    said = ""
    for place, word in enumerate(one.words):
        sign = "" if place == 0 and word.added else "+ " if word.added else "− "
        said += f" {sign}{html.escape(word.text)}"
    return said.strip()


def _first(show: Renderer, one: Analogy) -> str:
    """That the sum lies nearest to one of its own words, where it does."""
    nearest = one.neighbours[0] if one.neighbours else None
    if nearest is None or not nearest.asked:
        return ""
    return f'<p class="quiet">{say(show, "analogy_itself", word=name_of_token(nearest.text))}</p>'


def _draw_cut(show: Renderer, one: Analogy) -> str:
    """Words that are no single token, in their pieces."""
    several = [word for word in one.words if len(word.pieces) > 1]
    if not several:
        return ""
    chips = ", ".join("".join(draw_chip(piece) for piece in word.pieces) for word in several)
    return f'<p class="quiet">{say(show, "analogy_pieces")}</p><p class="pieces">{chips}</p>'


def _neighbour(show: Renderer, near: Neighbour) -> str:
    kind = ' class="asked"' if near.asked else ""
    note = f"<small>{say(show, 'analogy_asked')}</small>" if near.asked else ""
    width = max(0.0, min(1.0, near.cosine)) * 100
    return (
        f'<li{kind}><span><span class="piece">{html.escape(name_of_token(near.text))}</span>{note}</span>'
        f'<span class="track"><i class="after" style="width:{width:.0f}%"></i></span>'
        f'<span class="number">{show.number(near.cosine, ".2f")}</span></li>'
    )


def draw_contexts(
    show: Renderer, words: Sequence[FoundWord], found: Mapping[str, WordVectors | Failure], known: Known
) -> str:
    """The sentences, and for each model how alike the word is to itself in each two of them."""
    sentences = '<ol class="numbered">' + "".join(f"<li>{_mark_word(word)}</li>" for word in words) + "</ol>"
    figures = "".join(
        _contexts(show, ref, one) if isinstance(one, WordVectors) else draw_failure(show, ref, one, known)
        for ref, one in found.items()
    )
    done = any(isinstance(one, WordVectors) for one in found.values())
    notice = draw_notice(show, "contexts") if done else ""
    return f'<div class="answer">{sentences}<div class="cuts">{figures}</div>{notice}</div>'


def _mark_word(word: FoundWord) -> str:
    before, own, after = word.sentence[: word.start], word.sentence[word.start : word.end], word.sentence[word.end :]
    return f"{html.escape(before)}<strong>{html.escape(own)}</strong>{html.escape(after)}"


def _contexts(show: Renderer, ref: str, one: WordVectors) -> str:
    layers = len(one.contextual)
    middle = (layers - 1) // 2
    heads = draw_heads(
        [
            say(show, "contexts_pair"),
            say(show, "contexts_table"),
            say(show, "contexts_layer", layer=middle + 1),
            say(show, "contexts_last", layer=layers),
        ]
    )
    rows, columns = np.triu_indices(len(one.static), 1)
    lines = "".join(
        f'<tr><th scope="row"><span class="swatch{_hollow(place)}" style="--swatch:{_colour(place)}"></span>'
        f"{row + 1} – {column + 1}</th>"
        + "".join(
            draw_cell(show, float(table[row, column]))
            for table in (one.static, one.contextual[middle], one.contextual[-1])
        )
        + "</tr>"
        for place, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True))
    )
    table = draw_table(say(show, "contexts_of"), heads, lines, kind="results likenesses")
    return (
        f'<figure class="cut-figure"><figcaption>{draw_name(show, one.info, ref)}</figcaption>{table}'
        f"{_curves(show, one.static, one.contextual)}</figure>"
    )


def _colour(place: int) -> str:
    """Of the line, and of the sign before the line's sentences in the table."""
    return SERIES[place % len(SERIES)]


def _hollow(place: int) -> str:
    """When all colours have been used, lines are dashed."""
    return " hollow" if place >= len(SERIES) else ""


def _curves(show: Renderer, static: Vectors, contextual: Vectors) -> str:
    """A line for each two sentences: the cosine in the table, and after every layer."""
    whole = np.concatenate([static[None], contextual])
    low = math.floor(float(whole.min()) * 5) / 5  # the lines lie close together: from 0 none could be told apart
    wide, high = _WIDTH - 2 * _EDGE, _HEIGHT - 2 * _EDGE

    def spot(layer: int, value: float) -> str:
        below = (1 - value) / max(0.2, 1 - low)
        return f"{_EDGE + layer / (len(whole) - 1) * wide:.1f},{_EDGE / 2 + below * high:.1f}"

    rows, columns = np.triu_indices(len(static), 1)
    lines = "".join(
        f'<polyline class="pair{_hollow(place)}" style="--swatch:{_colour(place)}" '
        f'points="{" ".join(spot(layer, float(one[row, column])) for layer, one in enumerate(whole))}">'
        f"<title>{row + 1} – {column + 1}</title></polyline>"
        for place, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True))
    )
    name = say(show, "contexts_curve")
    floor = _EDGE / 2 + high
    return (
        f'<svg class="nearness pairs" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{name}">'
        f'<line x1="{_EDGE}" x2="{_WIDTH - _EDGE}" y1="{floor:.0f}" y2="{floor:.0f}"/>'
        f'<text x="4" y="{_EDGE / 2 + 4:.0f}">1</text>'
        f'<text x="4" y="{floor + 4:.0f}">{show.number(min(low, 0.8), ".1f")}</text>{lines}'
        f'<text x="{_EDGE}" y="{floor + 14:.0f}">0</text>'
        f'<text x="{_WIDTH - _EDGE}" y="{floor + 14:.0f}" text-anchor="end">{len(contextual)}</text></svg>'
        f'<p class="quiet">{name}</p>'
    )
