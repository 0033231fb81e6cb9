"""A text that a visitor shows to several models, and the game that the visitor plays against one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playground.tabs.models.lab.surprise import (
    GuessingGame,
    ScoringPlan,
    SurprisedModel,
    begin_game,
    guess,
    measure_surprise,
)
from playground.tabs.models.visit.visits import ModelsVisits
from providers.errors import Failure, InputError, UnsupportedRequest
from providers.types import ModelInfo
from providers.whitebox import inside

SECTION, GAME = "surprise", "game"


async def surprise(
    visits: ModelsVisits, visitor: str, refs: Sequence[str], text: str, plan: ScoringPlan
) -> dict[str, SurprisedModel | Failure]:
    """The text as each model foresees it, or why nobody can tell. Raises `LimitExceeded`."""
    embeds = {one.ref for one in visits.reach.embeddings()}  # they foresee nothing, by their nature: no failure

    async def ask(ref: str) -> SurprisedModel:
        async with visits.reach.open(visitor, ref) as (provider, model):
            with _told_of_layers(model):
                return await measure_surprise(await inside(provider, model), model, text, plan)

    async with visits.sessions.work.at(visitor, f"models-{SECTION}") as control:
        return await visits.each(control, [ref for ref in refs if ref not in embeds], ask)


@contextmanager
def _told_of_layers(model: ModelInfo) -> Iterator[None]:
    """That logits cannot be had is told in the words of this tab: elsewhere they are of bars that are not drawn."""
    try:
        yield
    except UnsupportedRequest as error:
        if error.reason != "logits":
            raise
        raise UnsupportedRequest("layers", model=model.name) from error


async def begin(visits: ModelsVisits, visitor: str, ref: str, text: str) -> GuessingGame:
    """A new game against that model. Raises `LayersError("short_text")` and what `WhiteBox.score` raises."""
    async with (
        visits.sessions.work.at(visitor, f"models-{GAME}"),
        visits.reach.open(visitor, ref) as (provider, model),
    ):
        with _told_of_layers(model):
            game = await begin_game(await inside(provider, model), model, text)
    visits.keep(visitor, GAME, game)
    return game


def guess_next(visits: ModelsVisits, visitor: str, typed: str) -> GuessingGame:
    """The game after one more guess. Raises `InputError("empty")` where none is going on, or nothing was typed."""
    game = visits.find_work(visitor, GAME, GuessingGame)
    if game is None:
        raise InputError("empty")
    after = guess(game, typed)
    visits.keep(visitor, GAME, after)
    return after
