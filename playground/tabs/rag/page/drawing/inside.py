"""Inside: the chunks of a document, and what lies nearest to one of them."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playground.page.parts.render import Renderer
from playground.tabs.rag.lab.documents import Chunk
from playground.tabs.rag.page.drawing.pieces import decimal, draw_sentence, draw_term, place_of, say, where

AT_ONCE = 50
"""Chunks on one leaf of the list."""
_WORDS = ("chunk", "tokens", "offsets", "headings")


def draw_chunks(show: Renderer, every: Sequence[Chunk], first: int = 0) -> str:
    """A leaf of a document's chunks, from the chunk counted `first`."""
    if not every:
        return draw_sentence(show, "empty_inside")
    first = min(max(0, first), len(every) - 1) // AT_ONCE * AT_ONCE
    shown = every[first : first + AT_ONCE]
    items = "".join(_chunk(show, one, first + place) for place, one in enumerate(shown, start=1))
    words = " ".join(draw_term(show, f"inside_{name}") for name in _WORDS)
    return (
        f'<p class="words-used">{words}</p>{_leaves(show, len(every), first)}<ol class="chunks" start="{first + 1}">'
        f"{items}</ol>"
    )


def _chunk(show: Renderer, one: Chunk, number: int) -> str:
    facts = say(show, "chunk_facts", page=one.page, start=one.start, end=one.end, tokens=one.tokens)
    above = f'<p class="quiet">{html.escape(" › ".join(one.headings))}</p>' if one.headings else ""
    return (
        f'<li><header><b class="rank">{number}</b><span class="quiet">{facts}</span>'
        f'<button type="button" class="inline-button" {place_of(one)}>{say(show, "open_page")}</button>'
        f'<button type="button" class="inline-button" data-near="{html.escape(one.id)}">{say(show, "nearest")}</button>'
        f'</header>{above}<pre class="said" tabindex="0">{html.escape(one.text)}</pre></li>'
    )


def _leaves(show: Renderer, count: int, first: int) -> str:
    """Which part of a long list this is, and the way to the next."""
    if count <= AT_ONCE:
        return ""
    last = min(first + AT_ONCE, count)
    buttons = [(first - AT_ONCE, "‹", "page_before"), (first + AT_ONCE, "›", "page_next")]
    turned = "".join(
        f'<button type="button" class="inline-button" data-first="{at}" aria-label="{say(show, name)}">{sign}</button>'
        for at, sign, name in buttons
        if 0 <= at < count
    )
    return f'<p class="leaves">{say(show, "chunks_part", first=first + 1, last=last, all=count)} {turned}</p>'


def draw_neighbours(show: Renderer, of: Chunk | None, found: Sequence[tuple[Chunk, float]]) -> str:
    """The nearest neighbours, the nearest first, with their cosine."""
    if not found:
        return draw_sentence(show, "near_none")
    title = say(show, "near_title") + (f" {where(show, of)}" if of is not None else "")
    items = "".join(
        f'<li><header><b class="rank">{decimal(show, cosine, 3)}</b>'
        f'<button type="button" class="source" {place_of(one)}>{where(show, one)}</button></header>'
        f'<pre class="said" tabindex="0">{html.escape(one.text)}</pre></li>'
        for one, cosine in found
    )
    words = f'<p class="words-used">{draw_term(show, "score_dense")}</p>'
    return f'<h4 class="part">{title}</h4>{words}<ol class="chunks">{items}</ol>'
