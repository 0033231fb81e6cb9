"""The same text in two languages: tokens by each tokenizer, and what reading each costs at each service's price."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

from playground.page.parts.measures import draw_heads, draw_table
from playground.page.parts.render import Renderer
from playground.tabs.models.lab.tokens import READINGS, TokenizedText, more, prices
from playground.tabs.models.page.pieces import draw_sentence, say
from providers.errors import Failure
from providers.types import ModelInfo

_Texts = Mapping[str, TokenizedText | Failure]


def draw_compared(show: Renderer, first: _Texts, second: _Texts, models: Iterable[ModelInfo]) -> str:
    """Two tables: tokens, and prices as if each service cut as the first tokenizer here does."""
    pairs = [
        (one, other)
        for ref, one in first.items()
        if isinstance(one, TokenizedText) and isinstance(other := second.get(ref), TokenizedText)
    ]
    if not pairs:
        return draw_sentence(show, "compared_none")
    heads = draw_heads(say(show, name) for name in ("compared_model", "first_text", "second_text", "compared_more"))
    lines = "".join(_line(show, one, other) for one, other in pairs)
    table = draw_table(say(show, "two_languages"), heads, lines)
    return f'<div class="answer">{table}{_prices(show, *pairs[0], models)}</div>'


def _line(show: Renderer, one: TokenizedText, other: TokenizedText) -> str:
    times = more(one, other)
    told = show.number(times, ".2f") + " ×" if times is not None else ""
    cells = "".join(
        f"<td>{show.number(text.count, ',')} <small>{_per_word(show, text)}</small></td>" for text in (one, other)
    )
    return f'<tr><th scope="row">{html.escape(one.info.name)}</th>{cells}<td class="share">{told}</td></tr>'


def _per_word(show: Renderer, text: TokenizedText) -> str:
    return say(show, "per_word_told", ratio=text.per_word) if text.per_word is not None else ""


def _prices(show: Renderer, one: TokenizedText, other: TokenizedText, models: Iterable[ModelInfo]) -> str:
    found = prices(models, one.count, other.count)
    if not found:
        return ""
    heads = draw_heads(say(show, name) for name in ("compared_service", "first_text", "second_text"))
    lines = "".join(
        f'<tr><th scope="row">{html.escape(price.model.name)}</th>'
        f"<td>≈ ${show.number(price.first, '.4f')}</td><td>≈ ${show.number(price.second, '.4f')}</td></tr>"
        for price in found
    )
    told = say(show, "prices_told", name=one.info.name, readings=READINGS)
    return f'<p class="told">{told}</p>{draw_table(say(show, "prices"), heads, lines)}'
