"""The cards of several models side by side, as a table: a line a fact, a column a model."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping

from playground.page.parts.measures import draw_table
from playground.page.parts.render import Renderer
from playground.tabs.models.lab.card import BYTES, CONTEXT, CardFacts
from playground.tabs.models.page.pieces import Known, amount_of_bytes, count_of, draw_name, draw_notice, draw_term, say
from providers.errors import Failure
from providers.inspection import PARTS, Anatomy
from providers.types import ModelInfo

_Cell = Callable[[Renderer, CardFacts], str]
COLOURS = {
    "embeddings": "#0f766e",
    "attention": "#7c3aed",
    "feed_forward": "#b45309",
    "norms": "#64748b",
    "head": "#be185d",
    "other": "#4d7c0f",
}
"""A colour a part, in the bar and in the diagram."""


def draw_cards(show: Renderer, found: Mapping[str, CardFacts | Failure], known: Known) -> str:
    """A column a model; a model without a card has its reason in its column."""
    infos = {ref: one.info if isinstance(one, CardFacts) else known.get(ref) for ref, one in found.items()}
    names = [draw_name(show, info, ref) for ref, info in infos.items()]
    heads = "<td></td>" + "".join(f'<th scope="col">{name}</th>' for name in names)
    lines = [_line(show, name, cell, list(found.values())) for name, cell in _ROWS.items()]
    failures = "".join(show.alert(one) for one in found.values() if isinstance(one, Failure))
    table = draw_table(say(show, "card_of"), heads, "".join(lines), kind="results cards")
    return failures + table + draw_notice(show, "card")


def _line(show: Renderer, name: str, cell: _Cell, found: list[CardFacts | Failure]) -> str:
    cells = [cell(show, one) if isinstance(one, CardFacts) else "" for one in found]
    if not any(cells):
        return ""
    drawn = "".join(f"<td>{one or _draw_unknown(show)}</td>" for one in cells)
    return f'<tr data-fact="{name}"><th scope="row">{draw_term(show, f"fact_{name}")}</th>{drawn}</tr>'


def _draw_unknown(show: Renderer) -> str:
    return f'<span class="quiet">{say(show, "unknown")}</span>'


def _kind(show: Renderer, one: CardFacts) -> str:
    if one.anatomy is not None:
        return say(show, f"kind_{one.anatomy.kind}")
    return say(show, "kind_decoder") if isinstance(one.info, ModelInfo) else say(show, "kind_encoder")


def _parameters(show: Renderer, one: CardFacts) -> str:
    if one.anatomy is None:
        return count_of(show, one.info.parameters) if one.info.parameters else ""
    return f"<strong>{show.number(one.anatomy.total, ',')}</strong>" + _parts(show, one.anatomy)


def _parts(show: Renderer, anatomy: Anatomy) -> str:
    """A bar of the parts, and each with its share."""
    shares = {part: anatomy.parameters.get(part, 0) / anatomy.total for part in PARTS}
    bar = "".join(
        f'<i style="width:{share * 100:.2f}%;--swatch:{COLOURS[part]}"></i>' for part, share in shares.items() if share
    )
    lines = "".join(
        f'<li><span class="swatch" style="--swatch:{COLOURS[part]}"></span>{say(show, f"part_{part}")} '
        f"{count_of(show, anatomy.parameters[part])} <small>{show.percent(share)}</small></li>"
        for part, share in shares.items()
        if share
    )
    tied = f'<p class="quiet">{say(show, "tied")}</p>' if anatomy.tied else ""
    return f'<div class="part-bar" aria-hidden="true">{bar}</div><ul class="part-list">{lines}</ul>{tied}'


def _heads(show: Renderer, anatomy: Anatomy) -> str:
    shared = "" if anatomy.kv_heads == anatomy.heads else say(show, "kv_heads", count=anatomy.kv_heads)
    return f"{show.number(anatomy.heads, ',')} <small>{shared}</small>"


def _position(show: Renderer, anatomy: Anatomy) -> str:
    if anatomy.position is None:
        return ""
    base = say(show, "rotary_base", base=anatomy.rotary_base) if anatomy.rotary_base else ""
    return f"{say(show, f'position_{anatomy.position}')} <small>{base}</small>"


def _feed_forward(show: Renderer, anatomy: Anatomy) -> str:
    gated = say(show, "gated") if anatomy.gated else ""
    return f"{show.number(anatomy.inner, ',')} <small>{html.escape(anatomy.activation or '')} {gated}</small>"


def _context(show: Renderer, one: CardFacts) -> str:
    told = one.anatomy.context if one.anatomy else None
    known = told or (one.info.context if isinstance(one.info, ModelInfo) else one.info.window)
    return say(show, "tokens", count=known) if known else ""


def _memory(show: Renderer, one: CardFacts) -> str:
    """Worked out for each format, and measured."""
    lines = [
        f"<li>{html.escape(name)} {amount_of_bytes(show, need)}</li>"
        for name, size in BYTES.items()
        if (need := one.memory(size)) is not None
    ]
    if not lines:
        return ""
    told = say(show, "memory_measured", amount=amount_of_bytes(show, one.loaded)) if one.loaded else ""
    measured = f"<p>{told}</p>" if told else f'<p class="quiet">{say(show, "memory_unmeasured")}</p>'
    return f'<ul class="part-list">{"".join(lines)}</ul>{measured if one.info.local else ""}'


def _disk(show: Renderer, one: CardFacts) -> str:
    if one.anatomy is None:
        return ""
    return f"{amount_of_bytes(show, one.anatomy.disk)} <small>{html.escape(one.anatomy.dtype)}</small>"


def _cache(show: Renderer, one: CardFacts) -> str:
    if one.anatomy is None:
        return ""
    if one.anatomy.kind == "encoder":
        return say(show, "cache_none")
    each = one.anatomy.cache_per_token()
    whole = one.anatomy.context
    more = say(show, "cache_whole", amount=amount_of_bytes(show, each * whole), count=whole) if whole else ""
    return f"{amount_of_bytes(show, each)} <small>{more}</small>"


def _flops(show: Renderer, one: CardFacts) -> str:
    if one.anatomy is None:
        return ""
    count = one.anatomy.flops_per_token(CONTEXT)
    if count < 1e9:
        return say(show, "flops_millions", count=show.number(count / 1e6, ",.0f"), context=CONTEXT)
    return say(show, "flops_value", count=show.number(count / 1e9, ".1f" if count < 1e10 else ",.0f"), context=CONTEXT)


def _engines(show: Renderer, one: CardFacts) -> str:
    """Each engine's likelihood of the fixed texts, and its speed where it was measured."""
    if one.known is None:
        return "" if isinstance(one.info, ModelInfo) else "–"
    lines = [
        f"<li>{_engine(show, name)} <small>{say(show, 'nats', nats=show.number(nats, '.3f'))}"
        f"{' ' + say(show, 'engine_refused') if name in one.known.refused else ''}</small></li>"
        for name, nats in sorted(one.known.nll.items())
    ]
    speeds = [
        f"<li>{html.escape(speed.engine)} <strong>{show.number(speed.tokens_per_second, ',.0f')}</strong> "
        f"{say(show, 'per_second')} <small>{say(show, 'first_after', seconds=speed.first_token)}</small></li>"
        for speed in one.speeds
    ]
    if not lines and not speeds:
        return ""
    unmeasured = "" if speeds else f'<p class="quiet">{say(show, "speed_unmeasured")}</p>'
    return f'<ul class="part-list">{"".join([*lines, *speeds])}</ul>{unmeasured}'


def _engine(show: Renderer, name: str) -> str:
    return say(show, "engine_reference") if name == "reference" else html.escape(name)


def _licence(show: Renderer, one: CardFacts) -> str:
    return html.escape(one.info.licence or "")


def _source(show: Renderer, one: CardFacts) -> str:
    package = one.info.package
    return html.escape(f"{one.info.id} ({package.requirement})" if package is not None else one.info.ref)


def _languages(show: Renderer, one: CardFacts) -> str:
    return html.escape(", ".join(show.language_name(each) for each in one.info.languages))


def _of(draw: Callable[[Renderer, Anatomy], str]) -> _Cell:
    """A fact that the configuration alone tells."""
    return lambda show, one: draw(show, one.anatomy) if one.anatomy is not None else ""


_ROWS: Mapping[str, _Cell] = {
    "kind": _kind,
    "parameters": _parameters,
    "layers": _of(lambda show, one: show.number(one.layers, ",")),
    "heads": _of(_heads),
    "hidden": _of(lambda show, one: show.number(one.hidden, ",")),
    "feed_forward": _of(_feed_forward),
    "vocabulary": _of(lambda show, one: say(show, "tokens", count=one.vocabulary)),
    "context": _context,
    "position": _of(_position),
    "norm": _of(lambda show, one: say(show, f"norm_{one.norm}") if one.norm else ""),
    "disk": _disk,
    "memory": _memory,
    "cache": _cache,
    "flops": _flops,
    "engines": _engines,
    "licence": _licence,
    "source": _source,
    "languages": _languages,
}
"""The facts in their order, each with the text `models.fact_<name>`."""
