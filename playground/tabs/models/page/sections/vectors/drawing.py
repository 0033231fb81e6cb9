"""Texts as each model sees them: a table of likeness, and a map."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from playground.page.parts.measures import draw_table
from playground.page.parts.render import Renderer
from playground.tabs.models.lab.vectors import ComparedTexts, TextMap, Vectors
from playground.tabs.models.page.pieces import Known, draw_name, draw_notice, draw_term, say
from providers.errors import Failure

_WIDTH, _HEIGHT, _EDGE = 320, 240, 22


def draw_compared(
    show: Renderer, texts: Sequence[str], found: Mapping[str, ComparedTexts | Failure], known: Known
) -> str:
    """The texts by their numbers, then a figure for each model; of one that cannot be asked, why."""
    figures = "".join(
        _figure(show, ref, one) if isinstance(one, ComparedTexts) else draw_failure(show, ref, one, known)
        for ref, one in found.items()
    )
    any_shown = any(isinstance(one, ComparedTexts) for one in found.values())
    notice = draw_notice(show, "vectors") if any_shown else ""
    return f'{_draw_list(texts)}<div class="cuts">{figures}</div>{notice}'


def draw_failure(show: Renderer, ref: str, failure: Failure, known: Known) -> str:
    """In the place of a model's figure: why there is none."""
    name = draw_name(show, known.get(ref), ref)
    return f'<figure class="cut-figure"><figcaption>{name}</figcaption>{show.alert(failure)}</figure>'


def _draw_list(texts: Sequence[str]) -> str:
    return '<ol class="numbered">' + "".join(f"<li>{html.escape(text)}</li>" for text in texts) + "</ol>"


def _figure(show: Renderer, ref: str, one: ComparedTexts) -> str:
    made = say(show, f"vectors_made_{one.made}")
    return (
        f'<figure class="cut-figure"><figcaption>{draw_name(show, one.info, ref)}'
        f'<p class="quiet">{made}</p></figcaption>{_nearest(show, one.cosines)}'
        f"{draw_likeness(show, one.cosines, say(show, 'likeness_of'))}{_map(show, one.map)}</figure>"
    )


def _nearest(show: Renderer, cosines: Vectors) -> str:
    """Which two are most and least alike, in a sentence."""
    rows, columns = np.triu_indices(len(cosines), 1)
    values = cosines[rows, columns]
    best, least = int(np.argmax(values)), int(np.argmin(values))
    told = say(
        show,
        "likeness_told",
        one=int(rows[best]) + 1,
        other=int(columns[best]) + 1,
        most=float(values[best]),
        far=int(rows[least]) + 1,
        away=int(columns[least]) + 1,
        least=float(values[least]),
    )
    return f"<p>{told}</p>"


def draw_likeness(show: Renderer, cosines: Vectors, name: str) -> str:
    """A table of cosines, the darker the more alike. `name` is escaped already."""
    numbers = range(1, len(cosines) + 1)
    heads = f'<th scope="col">{draw_term(show, "cosine")}</th>' + "".join(
        f'<th scope="col">{number}</th>' for number in numbers
    )
    lines = "".join(
        f'<tr><th scope="row">{number}</th>' + "".join(draw_cell(show, float(value)) for value in row) + "</tr>"
        for number, row in zip(numbers, cosines, strict=True)
    )
    return draw_table(name, heads, lines, kind="results likenesses")


def draw_cell(show: Renderer, value: float) -> str:
    """A cosine, the darker the higher."""
    shade = min(1.0, max(0.0, value))
    return f'<td style="--share:{shade:.2f}">{show.number(value, ".2f")}</td>'


def _map(show: Renderer, found: TextMap | None) -> str:
    """Numbers at their places. Both directions have the same scale, so that distances can be compared."""
    if found is None:
        return f'<p class="quiet">{say(show, "map_none")}</p>'
    spots = _spots(found.places)
    marks = "".join(
        f'<g transform="translate({x:.1f} {y:.1f})"><circle r="10"/><text y="4">{number}</text></g>'
        for number, (x, y) in enumerate(spots, start=1)
    )
    name = say(show, "map")
    told = say(show, "map_told", first=show.percent(found.kept[0]), second=show.percent(found.kept[1]))
    return (
        f'<h5 class="part">{draw_term(show, "map")}</h5>'
        f'<svg class="text-map" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{name}">{marks}</svg>'
        f'<p class="quiet">{told}</p>'
    )


def _spots(places: NDArray[np.float64]) -> list[tuple[float, float]]:
    low, high = places.min(axis=0), places.max(axis=0)
    room = np.array([_WIDTH - 2 * _EDGE, _HEIGHT - 2 * _EDGE])
    scale = float(np.min(room / np.where(high > low, high - low, np.inf).clip(1e-9)))
    middle = (places - (low + high) / 2) * scale
    return [(_WIDTH / 2 + x, _HEIGHT / 2 - y) for x, y in middle.tolist()]
