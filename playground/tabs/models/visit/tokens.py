"""Texts that a visitor has cut into tokens, by several models; and what their vocabularies hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from playground.tabs.models.lab.tokens import FoundTokens, TokenizedText, search, tokenize
from playground.tabs.models.visit.visits import ModelsVisits
from providers.errors import Failure
from providers.inspection import Inspector, MergedPiece

SECTION = "tokens"
T = TypeVar("T")


async def cut(visits: ModelsVisits, visitor: str, refs: Sequence[str], text: str) -> dict[str, TokenizedText | Failure]:
    """The text in each model's tokens, or why it cannot be cut so. Raises `LimitExceeded`."""
    return await _each(visits, visitor, refs, lambda one: tokenize(one, text))


async def find(visits: ModelsVisits, visitor: str, refs: Sequence[str], query: str) -> dict[str, FoundTokens | Failure]:
    """The tokens of each vocabulary that hold the query. Raises `LimitExceeded`."""

    async def search_vocabulary(one: Inspector) -> FoundTokens:
        return search(await one.vocabulary(), query)

    return await _each(visits, visitor, refs, search_vocabulary)


async def merge(
    visits: ModelsVisits, visitor: str, refs: Sequence[str], text: str
) -> dict[str, tuple[MergedPiece, ...] | Failure]:
    """How each tokenizer puts the text's pieces together. Raises `LimitExceeded`."""
    return await _each(visits, visitor, refs, lambda one: one.merges(text))


async def _each(
    visits: ModelsVisits, visitor: str, refs: Sequence[str], ask: Callable[[Inspector], Awaitable[T]]
) -> dict[str, T | Failure]:

    async def one(ref: str) -> T:
        async with visits.reach.inspector(visitor, ref) as inspector:
            return await ask(inspector)

    async with visits.sessions.work.at(visitor, f"models-{SECTION}", counted=False) as control:
        return await visits.each(control, refs, one)
