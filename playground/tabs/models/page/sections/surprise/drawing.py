"""Texts coloured by surprise, with the numbers of the whole; and the game, as far as it has come."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping

from playground.page.parts.colour import level
from playground.page.parts.measures import draw_wide_table
from playground.page.parts.render import Renderer
from playground.page.parts.tokens import draw_piece
from playground.tabs.models.lab.surprise import Guess, GuessingGame, SurprisedModel, surprisal
from playground.tabs.models.page.pieces import (
    Known,
    draw_legend,
    draw_name,
    draw_notice,
    draw_sentence,
    draw_term,
    name_of_token,
    say,
)
from providers.errors import Failure
from providers.whitebox import ScoredToken, Token

_MEASURES = ("bits_per_byte", "perplexity", "cross_entropy", "tokens_scored")


def draw_surprise(show: Renderer, found: Mapping[str, SurprisedModel | Failure], known: Known) -> str:
    """A table of the whole text's numbers, then the text as each model sees it."""
    if not found:
        return draw_sentence(show, "surprise_none")
    done = {ref: one for ref, one in found.items() if isinstance(one, SurprisedModel)}
    figures = "".join(
        _figure(show, ref, one) if isinstance(one, SurprisedModel) else _failure(show, ref, one, known)
        for ref, one in found.items()
    )
    if not done:
        return f'<div class="cuts">{figures}</div>'
    return _table(show, done) + draw_legend(show) + f'<div class="cuts">{figures}</div>' + draw_notice(show, "surprise")


def _table(show: Renderer, done: Mapping[str, SurprisedModel]) -> str:
    heads = f'<th scope="col">{say(show, "measure_model")}</th>' + "".join(
        f'<th scope="col">{draw_term(show, f"measure_{name}")}</th>' for name in _MEASURES
    )
    lines = "".join(
        f'<tr><th scope="row">{html.escape(one.info.name)}</th>'
        f'<td class="share">{show.number(one.found.bits_per_byte, ".3f")}</td>'
        f"<td>{show.number(one.found.perplexity, ',.2f')}</td><td>{show.number(one.found.cross_entropy, '.3f')}</td>"
        f"<td>{show.number(len(one.found.tokens), ',')} <small>{_windows(show, one)}</small></td></tr>"
        for one in done.values()
    )
    more = html.escape(show.text("page.all_columns"))
    return draw_wide_table(say(show, "surprise_of"), heads, lines, more)


def _windows(show: Renderer, one: SurprisedModel) -> str:
    """Where the text was longer than a window, which ones slid over it."""
    found = one.found
    if len(found.tokens) < found.window:
        return ""
    return say(show, "windows_told", window=found.window, stride=found.stride)


def _failure(show: Renderer, ref: str, failure: Failure, known: Known) -> str:
    name = draw_name(show, known.get(ref), ref)
    return f'<figure class="cut-figure"><figcaption>{name}</figcaption>{show.alert(failure)}</figure>'


def _figure(show: Renderer, ref: str, one: SurprisedModel) -> str:
    tokens = "".join(_first(token) for token in one.found.first) + "".join(
        _token(show, token) for token in one.found.tokens
    )
    worst = sorted(one.found.tokens, key=surprisal, reverse=True)[:3]
    told = say(
        show,
        "most_surprising",
        list=", ".join(
            show.text("models.bits_of", token=name_of_token(token.token.piece), bits=surprisal(token))
            for token in worst
        ),
    )
    return (
        f'<figure class="cut-figure"><figcaption>{draw_name(show, one.info, ref)}</figcaption>'
        f'<div class="coloured surprising">{tokens}</div><p class="quiet">{told}</p></figure>'
    )


def _first(token: Token) -> str:
    kind = " special" if token.special else ""
    return f'<span class="token prompt{kind}">{draw_piece(token.piece)}</span>'


def _token(show: Renderer, token: ScoredToken) -> str:
    chance = math.exp(min(token.logprob, 0.0))
    others = ", ".join(f"{name_of_token(one.piece)} {show.percent(math.exp(p))}" for one, p in token.alternatives)
    told = say(
        show,
        "surprise_told",
        bits=show.number(surprisal(token), ".1f"),
        chance=show.percent(chance),
        rank=show.number(token.rank or 0, ","),
        others=others,
    )
    end = "<br>" if token.token.piece.endswith("\n") else ""
    return f'<span class="token p{level(chance)}" title="{told}">{draw_piece(token.token.piece)}</span>{end}'


def draw_game(show: Renderer, game: GuessingGame) -> str:
    """The text so far, the last guess beside the model's, and the score."""
    known = [*game.first, *(one.token for one in game.tokens[: game.shown_count])]
    text = html.escape("".join(token.piece for token in known if not token.special))
    gap = "" if game.over else '<span class="gap">?</span>'
    last = _guess(show, game.guesses[-1]) if game.guesses else f'<p class="quiet">{say(show, "game_how")}</p>'
    own, model = game.score
    score = say(show, "game_score", own=own, model=model, count=len(game.guesses), name=game.info.name)
    over = f"<p><strong>{say(show, 'game_over')}</strong></p>" if game.over else ""
    return (
        f'<div class="answer guessing"><p class="guess-text">{text}{gap}</p>{last}'
        f'<p class="guess-score" aria-live="polite">{score}</p>{over}</div>'
    )


def _guess(show: Renderer, one: Guess) -> str:
    best = one.token.alternatives[0][0] if one.token.alternatives else one.token.token
    chance = show.percent(math.exp(min(one.token.logprob, 0.0)))
    verdict = "right" if one.right else "wrong"
    own = say(show, "game_own", chance=show.percent(one.own)) if one.own is not None else say(show, "game_own_rare")
    told = say(
        show,
        "game_model_right" if one.model_right else "game_model_wrong",
        best=name_of_token(best.piece),
        token=name_of_token(one.token.token.piece),
        chance=chance,
    )
    return (
        f'<p><span class="{verdict}">{say(show, f"game_{verdict}")}</span> '
        f"{say(show, 'game_was', token=name_of_token(one.token.token.piece), typed=one.typed)} {own} {told}</p>"
    )
