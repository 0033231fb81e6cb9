"""Texts in tokens, each token in a tint of its own; what a vocabulary holds; and merges, a line a step."""

from __future__ import annotations

import html
from collections.abc import Mapping

from playground.page.parts.render import Renderer
from playground.page.parts.tokens import draw_chip, draw_piece
from playground.tabs.models.lab.tokens import FoundTokens, TokenizedText, bytes_of, cut_off
from playground.tabs.models.page.pieces import Known, draw_name, draw_notice, draw_term, say
from providers.errors import Failure
from providers.inspection import MergedPiece
from providers.whitebox import Token

_MOST = 1500
"""Tokens that are drawn."""
_TINTS = 5


def draw_cuts(show: Renderer, found: Mapping[str, TokenizedText | Failure], known: Known) -> str:
    """A figure for each model; of one that cannot be asked, why."""
    figures = "".join(
        _figure(show, ref, known, _draw_cut(show, one))
        if isinstance(one, TokenizedText)
        else _none(show, ref, one, known)
        for ref, one in found.items()
    )
    return f'<div class="cuts">{figures}</div>{draw_notice(show, "tokens")}'


def _figure(show: Renderer, ref: str, known: Known, body: str) -> str:
    return f'<figure class="cut-figure"><figcaption>{draw_name(show, known.get(ref), ref)}</figcaption>{body}</figure>'


def _none(show: Renderer, ref: str, failure: Failure, known: Known) -> str:
    """A model that answers elsewhere has a tokenizer that nobody can ask here: that is no error."""
    info = known.get(ref)
    if info is not None and not info.local:
        return _figure(show, ref, known, f'<p class="told">{say(show, "tokens_elsewhere")}</p>')
    return _figure(show, ref, known, show.alert(failure))


def _draw_cut(show: Renderer, one: TokenizedText) -> str:
    shown, left = cut_off(one.cut.tokens, _MOST)
    pieces = "".join(_token(show, token, place) for place, token in enumerate(shown))
    rest = f'<p class="quiet">{say(show, "tokens_left", count=left)}</p>' if left else ""
    return f'{_facts(show, one)}<div class="cut-tokens">{pieces}</div>{rest}{_remarks(show, one)}'


def _token(show: Renderer, token: Token, place: int) -> str:
    size = bytes_of(token)
    told = say(show, "token_told", id=token.id, count=len(size), bytes=size.hex(" ").upper())
    kind = "special" if token.special else f"t{place % _TINTS}"
    end = "<br>" if token.piece.endswith("\n") else ""
    shown = f"<b>{draw_piece(token.piece)}</b><small>{token.id}</small>"
    return f'<span class="cut-token {kind}" title="{told}">{shown}</span>{end}'


def _facts(show: Renderer, one: TokenizedText) -> str:
    facts = [("count", show.number(one.count, ","))]
    if one.per_word is not None:
        facts.append(("per_word", show.number(one.per_word, ".2f")))
    if one.bytes_per_token is not None:
        facts.append(("per_token", show.number(one.bytes_per_token, ".1f")))
    cells = "".join(
        f'<div data-fact="{name}"><dt>{draw_term(show, f"cut_{name}")}</dt><dd>{value}</dd></div>'
        for name, value in facts
    )
    return f'<dl class="facts">{cells}</dl>'


def _remarks(show: Renderer, one: TokenizedText) -> str:
    remarks = []
    if one.cut.unknown:
        remarks.append(say(show, "unknown_tokens", count=one.cut.unknown))
    if not one.gives_back:
        remarks.append(say(show, "not_given_back", rest=one.cut.rest[:200]))
    return "".join(f'<p class="quiet">{remark}</p>' for remark in remarks)


def draw_found(show: Renderer, found: Mapping[str, FoundTokens | Failure], known: Known) -> str:
    """The tokens of each vocabulary that hold the query, with their ids."""
    figures = "".join(
        _figure(show, ref, known, _tokens(show, one)) if isinstance(one, FoundTokens) else _none(show, ref, one, known)
        for ref, one in found.items()
    )
    return f'<div class="cuts">{figures}</div>'


def _tokens(show: Renderer, one: FoundTokens) -> str:
    told = say(show, "found", count=one.count)
    pieces = " ".join(
        f'<span class="candidate">{draw_chip(token.piece, special=token.special)} <small>{token.id}</small></span>'
        for token in one.tokens
    )
    left = one.count - len(one.tokens)
    rest = f'<p class="quiet">{say(show, "tokens_left", count=left)}</p>' if left else ""
    return f'<p>{told}</p><div class="pieces">{pieces}</div>{rest}'


def draw_merged(show: Renderer, found: Mapping[str, tuple[MergedPiece, ...] | Failure], known: Known) -> str:
    """Each piece of the text, from its bytes to its tokens, a line a merge."""
    figures = "".join(
        _none(show, ref, one, known) if isinstance(one, Failure) else _figure(show, ref, known, _merging(show, one))
        for ref, one in found.items()
    )
    return f'<div class="cuts">{figures}</div>'


def _merging(show: Renderer, pieces: tuple[MergedPiece, ...]) -> str:
    if not pieces:
        return f'<p class="told">{say(show, "merges_none")}</p>'
    return "".join(
        f'<ol class="merging" aria-label="{html.escape(piece.text)}">'
        + "".join(f"<li>{''.join(draw_chip(part) for part in step)}</li>" for step in piece.steps)
        + "</ol>"
        for piece in pieces
    )
