"""A model's architecture as a drawing whose blocks can be chosen, each with a sentence about it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from playground.page.parts.render import Renderer
from playground.tabs.models.lab.card import CardFacts
from playground.tabs.models.lab.diagram import Diagram, DiagramBlock, diagram
from playground.tabs.models.page.pieces import draw_name, say
from playground.tabs.models.page.sections.card.drawing import COLOURS
from providers.errors import Failure
from providers.inspection import Anatomy

_WIDTH, _HEIGHT, _STEP, _LEFT, _WIDE = 300, 30, 44, 52, 200
"""Of the drawing; of a block; from one block to the next; where blocks begin, and how wide they are."""
_TINT = {
    "embedding": "embeddings",
    "places": "embeddings",
    "attention": "attention",
    "feed_forward": "feed_forward",
    "norm": "norms",
    "final_norm": "norms",
    "head": "head",
}


def draw_diagrams(show: Renderer, found: Mapping[str, CardFacts | Failure]) -> str:
    """A drawing of each model whose configuration is known."""
    drawn = [
        _figure(show, ref, one, one.anatomy)
        for ref, one in found.items()
        if isinstance(one, CardFacts) and one.anatomy is not None
    ]
    if not drawn:
        return ""
    title = f'<h4 class="part">{say(show, "diagram")}</h4><p class="quiet">{say(show, "diagram_info")}</p>'
    return f'{title}<div class="diagrams">{"".join(drawn)}</div>'


def _figure(show: Renderer, ref: str, one: CardFacts, anatomy: Anatomy) -> str:
    plan = diagram(anatomy)
    blocks = (*plan.before, *plan.repeated, *plan.after)
    values = {
        "hidden": show.number(anatomy.hidden, ","),
        "heads": anatomy.heads,
        "kv_heads": anatomy.kv_heads,
        "size": anatomy.head_size,
        "inner": show.number(anatomy.inner, ","),
        "vocabulary": show.number(anatomy.vocabulary, ","),
        "layers": anatomy.layers,
        "context": show.number(anatomy.context or 0, ","),
    }
    sees = say(show, "block_attention_sees_all" if anatomy.kind == "encoder" else "block_attention_sees_before")
    told = "".join(
        f'<p data-told="{name}" hidden><strong>{say(show, f"block_{name}")}.</strong> '
        f"{say(show, f'block_{name}_info', **values)}{' ' + sees if name == 'attention' else ''}</p>"
        for name in dict.fromkeys(block.name for block in blocks)
    )
    first = f'<p class="quiet" data-told="">{say(show, "diagram_choose")}</p>'
    return (
        f'<figure class="diagram"><figcaption>{draw_name(show, one.info, ref)}</figcaption>'
        f'{_drawing(show, plan)}<div class="block-told" aria-live="polite">{first}{told}</div></figure>'
    )


def _drawing(show: Renderer, plan: Diagram) -> str:
    """From the text above to what comes out below; the layers that repeat stand in a frame."""
    rows = (*plan.before, *plan.repeated, *plan.after)
    places = [14 + place * _STEP for place in range(len(rows))]
    begin, end = len(plan.before), len(plan.before) + len(plan.repeated)
    height = places[-1] + _HEIGHT + 14
    top, bottom = places[begin] - 9, places[end - 1] + _HEIGHT + 9
    times = html.escape(show.text("models.times", count=plan.times))
    frame = (
        f'<rect class="frame" x="20" y="{top}" width="{_WIDTH - 24}" height="{bottom - top}" rx="10"/>'
        f'<text class="times" x="{_WIDTH - 10}" y="{top + 18}" text-anchor="end">{times}</text>'
    )
    wires = "".join(
        f'<path d="M{_LEFT + _WIDE // 2} {one + _HEIGHT}V{other}" marker-end="url(#tip)"/>'
        for one, other in pairwise(places)
    )
    wires += _residuals(plan, places, begin)
    blocks = "".join(_block(show, block, place) for block, place in zip(rows, places, strict=True))
    name = html.escape(show.text("models.diagram"))
    return (
        f'<svg class="architecture" viewBox="0 0 {_WIDTH} {height}" role="group" aria-label="{name}">'
        '<defs><marker id="tip" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="5" markerHeight="5" orient="auto">'
        '<path d="M0 0L6 3L0 6z"/></marker></defs>'
        f'{frame}<g class="wires">{wires}</g>{blocks}</svg>'
    )


def _residuals(plan: Diagram, places: Sequence[int], begin: int) -> str:
    """The way past each part, from before it to the sum after it."""
    drawn, start = "", begin
    for number, block in enumerate(plan.repeated, start=begin):
        if block.name == "residual":
            above, sum_at = places[start] - 7, places[number] + _HEIGHT // 2
            drawn += (
                f'<path class="past" d="M{_LEFT + _WIDE // 2} {above}H{_LEFT - 16}V{sum_at}H{_LEFT + 78}"'
                ' marker-end="url(#tip)"/>'
            )
            start = number + 1
    return drawn


def _block(show: Renderer, block: DiagramBlock, y: int) -> str:
    label = html.escape(show.text(f"models.block_{block.name}"))
    middle = _LEFT + _WIDE // 2
    tint = f' style="--swatch:{COLOURS[_TINT[block.name]]}"' if block.name in _TINT else ""
    begin = (
        f'<g class="block" role="button" tabindex="0" aria-pressed="false" data-block="{block.name}"'
        f' aria-label="{label}"{tint}>'
    )
    if block.name == "residual":
        return (
            f'{begin}<circle cx="{middle}" cy="{y + _HEIGHT // 2}" r="13"/>'
            f'<text x="{middle}" y="{y + _HEIGHT // 2 + 5}" text-anchor="middle">+</text></g>'
        )
    grouped = re.sub(r"\d+", lambda found: show.number(int(found[0]), ","), block.shape)
    shape = html.escape(grouped.replace(" / ", "/"))
    return (
        f'{begin}<rect x="{_LEFT}" y="{y}" width="{_WIDE}" height="{_HEIGHT}" rx="7"/>'
        f'<text x="{_LEFT + 10}" y="{y + 20}">{label}</text>'
        f'<text class="shape" x="{_LEFT + _WIDE - 8}" y="{y + 20}" text-anchor="end">{shape}</text></g>'
    )
