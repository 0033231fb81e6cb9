"""A figure for each architecture: what it was trained to do, what it guesses and writes; how it hangs together."""

from __future__ import annotations

import html
import math
from collections.abc import Collection, Sequence

from playground.measuring.perplexity import perplexity
from playground.page.parts.colour import level
from playground.page.parts.measures import draw_heads, draw_table
from playground.page.parts.render import Renderer
from playground.tabs.models.lab.architectures import ArchitectureColumn, Coherence
from playground.tabs.models.lab.ngram import ScoredWord
from playground.tabs.models.page.pieces import (
    draw_legend,
    draw_name,
    draw_notice,
    draw_sentence,
    draw_term,
    draw_waiting,
    name_of_token,
    say,
)
from playground.tabs.models.visit.architectures.plan import ArchitecturesPlan, Compared
from providers.heads import HeadInfo
from providers.types import ModelInfo

_BYTES = 4
"""Of a parameter in the files that such models are mostly published in."""


def head_choices(
    show: Renderer, infos: Sequence[HeadInfo], held: Collection[str], *, offline: bool
) -> list[tuple[str, str]]:
    """Labels and names for a list: of each model that is not here, how much would be fetched."""
    labels = [one.name if one.ref in held else f"{one.name} · {_to_fetch(show, one, offline)}" for one in infos]
    return list(zip(labels, (one.ref for one in infos), strict=True))


def _to_fetch(show: Renderer, info: HeadInfo, offline: bool) -> str:
    if offline:
        return show.text("model.absent")
    if not (size := fetched_bytes(info)):
        return show.text("model.fetch_unknown")
    return show.text("model.fetch", megabytes=show.number(size / 1e6, ",.0f"))


def fetched_bytes(info: HeadInfo) -> int | None:
    """As recorded, or by its parameters in 32 bits; `None` where neither is known."""
    return info.size or (info.parameters * _BYTES if info.parameters else None)


def draw_architectures(show: Renderer, found: Compared, plan: ArchitecturesPlan, *, offline: bool) -> str:
    """All columns, then the table of what was written."""
    if not found.columns:
        return draw_sentence(show, "architectures_beginning")
    figures = "".join(_figure(show, one, found, plan, offline=offline) for one in found.columns)
    return f'<div class="cuts">{figures}</div>{_table(show, found)}{_notice(show, found)}'


def _notice(show: Renderer, found: Compared) -> str:
    running = any(one.state in ("waiting", "running") for one in found.columns)
    return "" if running else draw_notice(show, "architectures")


def _figure(show: Renderer, one: ArchitectureColumn, found: Compared, plan: ArchitecturesPlan, *, offline: bool) -> str:
    kind = f'<p class="architecture-kind"><strong>{say(show, f"architecture_{one.kind}")}</strong></p>'
    trained = f'<p class="quiet">{say(show, f"trained_{one.kind}")}</p>'
    body = _body(show, one, found, plan, offline=offline)
    return (
        f'<figure class="cut-figure architecture" data-kind="{one.kind}"><figcaption>{_name(show, one)}</figcaption>'
        f"{kind}{trained}{body}</figure>"
    )


def _name(show: Renderer, one: ArchitectureColumn) -> str:
    if one.kind == "ngram":
        name = say(show, "architecture_here")
    elif isinstance(one.info, ModelInfo):
        return draw_name(show, one.info, one.info.ref)
    else:
        name = html.escape(one.name)
    return f'<div class="column-head"><span class="column-name">{name}</span></div>'


def _body(show: Renderer, one: ArchitectureColumn, found: Compared, plan: ArchitecturesPlan, *, offline: bool) -> str:
    if one.failure is not None:
        return _draw_text(show, one) + show.alert(one.failure)
    if one.absent and isinstance(one.info, HeadInfo):
        return f'<p class="told">{_say_absent(show, one.info, offline)}</p>'
    if one.kind == "asked" and isinstance(one.info, ModelInfo) and not one.info.chat:
        return f'<p class="told">{say(show, "architecture_not_asked")}</p>'
    asked = (
        f'<p class="asked">{say(show, "architecture_was_asked", text=plan.asked)}</p>' if one.kind == "asked" else ""
    )
    counted = (
        _draw_counts(show, found, plan) + _draw_scores(show, found) if one.kind == "ngram" and found.trained else ""
    )
    told = _waiting(show, one) if not one.text and not one.guesses else ""
    return asked + counted + _guesses(show, one) + _draw_text(show, one) + told


def _say_absent(show: Renderer, info: HeadInfo, offline: bool) -> str:
    if offline:
        return say(show, "architecture_offline")
    if not (size := fetched_bytes(info)):
        return say(show, "architecture_absent_unknown")
    return say(show, "architecture_absent", megabytes=round(size / 1e6))


def _waiting(show: Renderer, one: ArchitectureColumn) -> str:
    if one.progress is not None:
        return draw_waiting(show, one.progress)
    return f'<p class="told">{say(show, f"architecture_{one.state}")}</p>'


def _draw_counts(show: Renderer, found: Compared, plan: ArchitecturesPlan) -> str:
    words, *counted = found.trained
    whose = "own" if plan.training.strip() else "sample"
    told = say(show, f"ngram_counted_{whose}", words=words, order=plan.order, different=counted[0], longest=counted[-1])
    return f'<p class="quiet">{told}</p>'


def _draw_scores(show: Renderer, found: Compared) -> str:
    """The sentence as the n-gram model expected it, word by word."""
    if not found.scored:
        return ""
    words = " ".join(
        f'<span class="token p{level(one.probability)}" title="{_chance(show, one)}">{html.escape(one.word)}</span>'
        for one in found.scored
    )
    surprise = perplexity([math.log(max(one.probability, 1e-300)) for one in found.scored])
    told = say(show, "ngram_scored", perplexity=surprise)
    return f'<p class="quiet">{told}</p><p class="coloured surprising">{words}</p>{draw_legend(show)}'


def _chance(show: Renderer, one: ScoredWord) -> str:
    return say(show, "ngram_known" if one.known else "ngram_unknown", chance=show.percent(one.probability))


def _guesses(show: Renderer, one: ArchitectureColumn) -> str:
    if not one.guesses:
        return ""
    head = say(show, "guesses_blank" if one.kind == "fill_mask" else "guesses_next")
    lines = "".join(
        f'<li><span class="guess">{html.escape(name_of_token(piece))}</span>'
        f'<span class="score-bar" aria-hidden="true"><i style="width:{chance * 100:.1f}%"></i></span>'
        f'<span class="chance">{show.percent(chance)}</span></li>'
        for piece, chance in one.guesses
    )
    return f'<p class="quiet">{head}</p><ol class="guesses">{lines}</ol>'


def _draw_text(show: Renderer, one: ArchitectureColumn) -> str:
    """What it wrote, with marks where it was looked at."""
    if not one.text.strip():
        return ""
    prompt = f'<span class="prompt">{html.escape(one.prompt)}</span>' if one.prompt else ""
    begun = one.text[: len(one.text) - len(one.text.lstrip())] if prompt else ""
    pieces, at = [html.escape(begun)], 0
    text = one.text.lstrip()
    for part in one.coherence[:-1]:
        if text.startswith(part.text):
            mark = f'<sup class="cut-at" title="{say(show, "cut_at", count=part.tokens)}">{part.tokens}</sup>'
            pieces += [html.escape(text[at : len(part.text)]), mark]
            at = len(part.text)
    pieces.append(html.escape(text[at:]))
    return f'<p class="architecture-text">{prompt}{"".join(pieces)}</p>'


def _table(show: Renderer, found: Compared) -> str:
    """Of each that wrote, a line for each length."""
    rows = "".join(_rows(show, one) for one in found.columns if one.coherence)
    if not rows:
        return ""
    names = ("tokens", "repetition", "distinct", "perplexity")
    title = say(show, "coherence_of")
    table = draw_table(
        title, draw_heads(draw_term(show, f"coherence_{name}") for name in names), rows, "results coherences"
    )
    judged = say(show, "coherence_judge", name=found.judge) if found.judge else ""
    unjudged = show.alert(found.unjudged) if found.unjudged is not None else ""
    return f'<h4 class="coherence-title">{title}</h4>{table}<p class="quiet">{judged}</p>{unjudged}'


def _rows(show: Renderer, one: ArchitectureColumn) -> str:
    kind = say(show, f"architecture_{one.kind}")
    name = kind if one.kind == "ngram" else f"{html.escape(one.name)} <small>{kind}</small>"
    lines = "".join(_row(show, part) for part in one.coherence)
    return f'<tr class="whose"><th scope="rowgroup" colspan="4">{name}</th></tr>{lines}'


def _row(show: Renderer, part: Coherence) -> str:
    distinct = "–" if part.distinct is None else show.number(part.distinct, ".2f")
    surprise = "–" if part.perplexity is None else show.number(part.perplexity, ",.1f")
    return (
        f'<tr><th scope="row">{show.number(part.tokens, ",")}</th>'
        f"<td>{show.number(part.repetition, '.2f')}</td><td>{distinct}</td><td>{surprise}</td></tr>"
    )
