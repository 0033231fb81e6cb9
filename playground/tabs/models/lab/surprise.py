"""What surprises a model in a text, token by token; and a game of guessing the next token before the model does."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from playground.measuring.perplexity import TextLikelihood, text_likelihood
from playground.tabs.models.lab.errors import LayersError, LayersLimit
from providers.errors import InputError
from providers.types import ModelInfo
from providers.whitebox import ScoredToken, Token, WhiteBox

MOST = 4000
"""Tokens of a text that is scored."""
ALTERNATIVES = 5
_LEAST, _LONGEST = 8, 60
"""Tokens of a text that is guessed: fewer are no game, more are not played."""
START = 5
"""Tokens that are shown before the first guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurprisedModel:
    """A text as a model foresees it."""

    info: ModelInfo
    found: TextLikelihood


def surprisal(token: ScoredToken) -> float:
    """Bits: 0 for what was certain, 1 for one of two, 10 for one of a thousand."""
    return -token.logprob / math.log(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringPlan:
    """In which windows a long text is read; `None` for half a thousand tokens and more, see `perplexity`."""

    window: int | None = None
    stride: int | None = None


async def measure_surprise(box: WhiteBox, model: ModelInfo, text: str, plan: ScoringPlan) -> SurprisedModel:
    """Raises `LayersLimit("text_tokens")` beyond `MOST` tokens, `LayersError("one_token")` where nothing stands before
    the only one, and as `text_likelihood`."""
    count = len(await box.encode(model, text))
    if text.strip() and len(await box.encode(model, text, begin=True)) < 2:
        raise LayersError("one_token")
    if count > MOST:
        raise LayersLimit("text_tokens", limit=MOST, tokens=count)
    found = await text_likelihood(box, model, text, window=plan.window, stride=plan.stride, alternatives=ALTERNATIVES)
    return SurprisedModel(info=model, found=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What was guessed for a token, what it is, and how likely the model had found both."""

    typed: str
    token: ScoredToken
    own: float | None
    """The model's probability of the first token that was typed; `None` where it is not among its likeliest."""

    @property
    def right(self) -> bool:
        """What was typed is the token, or the beginning of the word that it begins. Capital letters do not matter."""
        wanted, said = _plain(self.token.token.piece), _plain(self.typed)
        return bool(said) and (said == wanted or (len(wanted) > 1 and said.startswith(wanted)))

    @property
    def model_right(self) -> bool:
        return self.token.rank == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessingGame:
    """A text of which a beginning is shown; `tokens` are all but the first, each with the model's own guesses."""

    info: ModelInfo
    first: tuple[Token, ...]
    tokens: tuple[ScoredToken, ...]
    guesses: tuple[Guess, ...] = ()

    @property
    def shown_count(self) -> int:
        """How many of `tokens` have been shown."""
        return min(START - 1 + len(self.guesses), len(self.tokens))

    @property
    def over(self) -> bool:
        return self.shown_count == len(self.tokens)

    @property
    def score(self) -> tuple[int, int]:
        """Right guesses of the visitor's, and of the model's."""
        return sum(one.right for one in self.guesses), sum(one.model_right for one in self.guesses)


async def begin_game(box: WhiteBox, model: ModelInfo, text: str) -> GuessingGame:
    """Of the first sixty tokens of a text. Raises `LayersError("short_text")` for one that is no game."""
    ids = [token.id for token in await box.encode(model, text, begin=True)]
    if len(ids) < _LEAST:
        raise LayersError("short_text")
    ids = ids[:_LONGEST]
    scored = await box.score(model, ids, 200)
    return GuessingGame(info=model, first=await box.tokens(model, ids[:1]), tokens=scored)


def guess(game: GuessingGame, typed: str) -> GuessingGame:
    """Guess the next token. Raises `InputError("empty")` where nothing was typed, or the game is over."""
    if not typed.strip() or game.over:
        raise InputError("empty")
    token = game.tokens[game.shown_count]
    said = _plain(typed)
    own = next((math.exp(logprob) for one, logprob in token.alternatives if _plain(one.piece) == said), None)
    return replace(game, guesses=(*game.guesses, Guess(typed=typed.strip(), token=token, own=own)))


def _plain(piece: str) -> str:
    return piece.strip().casefold() or piece
