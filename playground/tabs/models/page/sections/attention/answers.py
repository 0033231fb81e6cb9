"""What was asked of a model about a sentence: what is lost without a part, what each layer would say, what counted."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from playground.page.parts.measures import draw_heads, draw_table
from playground.page.parts.render import Renderer
from playground.page.parts.tokens import draw_chip, draw_piece
from playground.tabs.models.lab.attention import Candidates, Effect, LensRow, ReadSentence, SalientTokens
from playground.tabs.models.page.pieces import draw_term, name_of_token, say
from providers.inspection import Ablation

_LONGEST = 12
"""Heads and layers that are named."""


def draw_effect(show: Renderer, effect: Effect, read: ReadSentence) -> str:
    """The model with and without these parts, side by side."""
    without = say(show, "without", what=_name_parts(show, effect.ablation))
    title = f'<h4 class="part">{without} · {html.escape(read.info.name)}</h4>'
    if effect.likeness is not None:
        told = say(show, "without_likeness", cosine=show.number(effect.likeness, ".3f"))
        return f'<div class="answer" data-likeness="{effect.likeness:.4f}">{title}<p>{told}</p></div>'
    facts = _surprise(show, effect.nll) if effect.nll is not None else ""
    columns = ""
    if effect.lead is not None:
        columns = "".join(
            f'<figure class="small"><figcaption>{say(show, name)}</figcaption>{_bars(show, lead)}</figure>'
            for name, lead in zip(("next_whole", "next_without"), effect.lead, strict=True)
        )
    return f'<div class="answer">{title}{facts}<div class="multiples">{columns}</div></div>'


def _surprise(show: Renderer, nll: tuple[float, float]) -> str:
    before, after = nll
    told = say(
        show,
        "without_nll",
        before=before,
        after=after,
        low=show.number(math.exp(before), ",.1f"),
        high=show.number(math.exp(after), ",.1f") if after < 20 else "> 10⁸",
    )
    return f'<p class="effect-nll">{told}</p>'


def _name_parts(show: Renderer, ablation: Ablation) -> str:
    layers = [show.text("models.layer_named", layer=layer + 1) for layer in sorted(ablation.layers)]
    heads = [show.text("models.head_named", layer=one + 1, head=head + 1) for one, head in sorted(ablation.heads)]
    named = [*layers, *heads]
    return ", ".join(named[:_LONGEST]) + (" …" if len(named) > _LONGEST else "")


def _bars(show: Renderer, lead: Candidates) -> str:
    rows = "".join(
        f'<li><span class="piece">{draw_piece(token.piece)}</span><span class="track">'
        f'<i class="after" style="width:{chance * 100:.1f}%"></i></span>'
        f'<span class="number">{html.escape(show.percent(chance))}</span></li>'
        for token, chance in lead
    )
    return f"<ol>{rows}</ol>"


def draw_lens(show: Renderer, rows: Sequence[LensRow], read: ReadSentence, position: int) -> str:
    """A line a layer: the likeliest tokens if the model ended there, how undecided, and the rank of its last word."""
    before = read.tokens[max(0, position - 5) : position + 1]
    after = "".join(draw_chip(token.piece, special=token.special) for token in before)
    final = rows[-1].lead[0][0]
    heads = draw_heads(say(show, f"lens_{name}") for name in ("layer", "lead")) + "".join(
        f'<th scope="col">{draw_term(show, f"lens_{name}")}</th>' for name in ("entropy", "rank")
    )
    lines = "".join(_lens_line(show, row, len(rows) - 1) for row in rows)
    table = draw_table(say(show, "lens"), heads, lines, kind="results lens")
    told = say(show, "lens_told", token=name_of_token(final.piece))
    return (
        f'<div class="answer"><h4 class="part">{say(show, "lens")} · {html.escape(read.info.name)}</h4>'
        f'<p class="tail">{say(show, "lens_after")} {after}<span class="gap">?</span></p>'
        f'<p class="quiet">{told}</p>{table}</div>'
    )


def _lens_line(show: Renderer, row: LensRow, last: int) -> str:
    agrees = ' class="agrees"' if row.rank == 1 else ""
    return (
        f'<tr{agrees}><th scope="row">{_layer(show, row.layer, last)}</th><td>{_lead(show, row.lead)}</td>'
        f'<td class="number">{show.number(row.entropy, ".1f")}</td>'
        f'<td class="number">{show.number(row.rank, ",")}</td></tr>'
    )


def _layer(show: Renderer, layer: int, last: int) -> str:
    if layer == 0:
        return say(show, "lens_embedding")
    return say(show, "lens_whole", layer=layer) if layer == last else str(layer)


def _lead(show: Renderer, lead: Candidates) -> str:
    return " ".join(
        f'<span class="candidate">{draw_chip(token.piece)} <small>{html.escape(show.percent(chance))}</small></span>'
        for token, chance in lead
    )


def draw_salient(show: Renderer, found: SalientTokens, read: ReadSentence) -> str:
    """The tokens before, tinted by how much each speaks for or against what comes next."""
    most = max((abs(value) for value in found.values), default=0.0) or 1.0
    pieces = "".join(
        f'<span class="salient {"for" if value >= 0 else "against"}" style="--share:{abs(value) / most:.2f}"'
        f' title="{show.number(value, "+.3g")}">{draw_piece(token.piece)}</span>'
        for token, value in zip(read.tokens, found.values, strict=False)
    )
    name = f"ask_{found.method}"
    told = say(show, f"salience_{found.method}_told")
    coming = f'<span class="gap">{draw_piece(found.target.piece)}</span> {html.escape(show.percent(found.chance))}'
    return (
        f'<div class="answer"><h4 class="part">{say(show, name)} · {html.escape(read.info.name)}</h4>'
        f'<p class="salients">{pieces} → {coming}</p><p class="quiet">{told} {say(show, "salience_told")}</p></div>'
    )
