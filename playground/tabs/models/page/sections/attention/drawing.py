"""Attention as figures, one a model. They hold every layer and head: the browser draws what is chosen of them
(`assets/js/models/attention.js`)."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping

from playground.page.parts.render import Renderer
from playground.page.parts.tokens import draw_piece
from playground.tabs.models.lab.attention import ReadSentence, packed_attention
from playground.tabs.models.page.pieces import Known, draw_name, draw_notice, draw_term, name_of_token, say
from playground.tabs.models.page.sections.attention.positions import draw_positions
from providers.errors import Failure

_GAPS = {name: f"{{{name}}}" for name in ("token", "layer", "head", "list", "from", "to", "share")}
"""Of the texts that the browser fills in."""


def draw_sentences(show: Renderer, found: Mapping[str, ReadSentence | Failure], known: Known) -> str:
    """A figure for each model; where there is none, why."""
    figures = "".join(
        _figure(show, ref, one) if isinstance(one, ReadSentence) else _failure(show, ref, one, known)
        for ref, one in found.items()
    )
    any_shown = any(isinstance(one, ReadSentence) for one in found.values())
    return f'<div class="attentions">{figures}</div>' + (draw_notice(show, "attention") if any_shown else "")


def _failure(show: Renderer, ref: str, failure: Failure, known: Known) -> str:
    name = draw_name(show, known.get(ref), ref)
    return f'<figure class="attention-none"><figcaption>{name}</figcaption>{show.alert(failure)}</figure>'


def _figure(show: Renderer, ref: str, read: ReadSentence) -> str:
    layers, heads, count, _ = read.reading.attention.shape
    names = json.dumps([name_of_token(token.piece) for token in read.tokens], ensure_ascii=False)
    given = {
        "ref": ref,
        "layers": layers,
        "heads": heads,
        "causal": int(read.reading.causal),
        "tokens": names,
        "weights": packed_attention(read.reading),
        **{word: show.text(f"models.js_{word}", **_GAPS) for word in ("looks", "cell", "masked", "mini")},
    }
    attributes = "".join(f' data-{name}="{html.escape(str(value))}"' for name, value in given.items())
    sees = say(show, "sees_before" if read.reading.causal else "sees_all")
    unknown = f'<p class="quiet">{say(show, "unknown_tokens", count=read.unknown)}</p>' if read.unknown else ""
    return (
        f'<figure class="attention"{attributes}><figcaption>{draw_name(show, read.info, ref)}'
        f'<p class="quiet">{say(show, "tokens", count=count)} · {sees}</p></figcaption>{unknown}'
        f"{_choosing(show, layers, heads)}"
        f'<div class="minis" role="group" aria-label="{say(show, "heads_of_layer")}"></div>'
        f'<div class="attention-views">{_lines(read)}{_heat(show)}</div>'
        f'<p class="looks" aria-live="polite"></p>{_asking(show, read)}'
        f'<details class="read"><summary>{say(show, "every_head", count=layers * heads)}</summary>'
        f'<div class="every" role="group"></div></details>{draw_positions(show, read.positions)}</figure>'
    )


def _choosing(show: Renderer, layers: int, heads: int) -> str:
    sliders = "".join(
        f"<label><span>{draw_term(show, f'choose_{name}')} <output>1</output> / {most}</span>"
        f'<input type="range" min="1" max="{most}" value="1" data-choose="{name}" '
        f'aria-label="{say(show, f"choose_{name}")}"></label>'
        for name, most in (("layer", layers), ("head", heads))
    )
    switches = "".join(
        f'<button type="button" class="switch" data-switch="{name}" aria-pressed="false">'
        f"{say(show, f'switch_{name}')}</button>"
        for name in ("head", "layer")
    )
    back = f'<button type="button" class="switch" data-switch="none">{say(show, "switch_none")}</button>'
    return f'<div class="choosing">{sliders}</div><div class="switches">{switches}{back}</div>'


def _lines(read: ReadSentence) -> str:
    """Two columns of the sentence: who looks, and at whom."""
    begin = "".join(
        f'<button type="button" data-row="{place}" tabindex="-1" aria-pressed="false">'
        f"{draw_piece(token.piece)}</button>"
        for place, token in enumerate(read.tokens)
    )
    end = "".join(f"<span>{draw_piece(token.piece)}<b></b></span>" for token in read.tokens)
    return (
        f'<div class="looking"><div class="from">{begin}</div>'
        f'<svg class="lines" preserveAspectRatio="none" aria-hidden="true"></svg><div class="to">{end}</div></div>'
    )


def _heat(show: Renderer) -> str:
    name = say(show, "heat")
    return (
        f'<div class="heating"><canvas class="heat" role="img" aria-label="{name}"></canvas>'
        f'<p class="under quiet">{say(show, "heat_info")}</p></div>'
    )


def _asking(show: Renderer, read: ReadSentence) -> str:
    """What can be asked about the chosen token, of a model that writes."""
    if not read.writes:
        return ""
    asks = (("lens", ""), ("salience", "gradient"), ("salience", "integrated"))
    buttons = "".join(
        f'<button type="button" class="switch" data-ask="{event}" data-method="{method}">'
        f"{say(show, f'ask_{method or event}')}</button>"
        for event, method in asks
    )
    return f'<div class="switches">{buttons}</div>'
