"""Texts, words and sentences that a visitor has turned into vectors, by several models."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playground.tabs.models.lab.analogies import (
    SHOWN,
    Analogy,
    AskedWord,
    embed_words,
    solve_in_sentences,
    solve_in_table,
)
from playground.tabs.models.lab.vectors import ComparedTexts, compare_embedded, compare_read
from playground.tabs.models.lab.word_in_context import FoundWord, WordVectors
from playground.tabs.models.lab.word_in_context import in_contexts as read_in_contexts
from playground.tabs.models.visit.visits import ModelsVisits
from providers.errors import Failure
from providers.types import Progress

SECTION = "vectors"
Told = Callable[[Progress], None]


def _nobody(progress: Progress) -> None:
    """Progress that nobody looks at."""


async def compare(
    visits: ModelsVisits, visitor: str, refs: Sequence[str], texts: Sequence[str], told: Told = _nobody
) -> dict[str, ComparedTexts | Failure]:
    """The texts as each model sees them, or why it does not. Raises `LimitExceeded`.

    `told` is called with what is being waited for.
    """
    embeds = _embedding(visits)

    async def ask(ref: str) -> ComparedTexts:
        if ref in embeds:
            async with visits.reach.embedder(visitor, ref) as embedder:
                async for progress in embedder.prepare():
                    told(progress)
                return await compare_embedded(embedder, texts)
        async with visits.reach.inspector(visitor, ref) as inspector:
            async for progress in inspector.prepare():
                told(progress)
            return await compare_read(inspector, texts)

    async with visits.sessions.work.at(visitor, f"models-{SECTION}") as control:
        return await visits.each(control, refs, ask)


async def solve(
    visits: ModelsVisits, visitor: str, refs: Sequence[str], words: Sequence[AskedWord], shown: int = SHOWN
) -> dict[str, tuple[Analogy, ...] | Failure]:
    """Where the words lead: in each model's table, and in the vectors of those that make them. As `compare`."""
    embeds = _embedding(visits)

    async def ask(ref: str) -> tuple[Analogy, ...]:
        async with visits.reach.inspector(visitor, ref) as inspector:
            found = await solve_in_table(inspector, words, shown)
        if ref not in embeds:
            return (found,)
        async with visits.reach.embedder(visitor, ref) as embedder:
            among = await visits.usual.find(ref, lambda: embed_words(embedder))
            return (await solve_in_sentences(embedder, words, among, shown), found)

    async with visits.sessions.work.at(visitor, f"models-{SECTION}") as control:
        return await visits.each(control, refs, ask)


async def in_contexts(
    visits: ModelsVisits, visitor: str, refs: Sequence[str], words: Sequence[FoundWord]
) -> dict[str, WordVectors | Failure]:
    """The word in each sentence, by each model. As `compare`."""

    async def ask(ref: str) -> WordVectors:
        async with visits.reach.inspector(visitor, ref) as inspector:
            return await read_in_contexts(inspector, words)

    async with visits.sessions.work.at(visitor, f"models-{SECTION}") as control:
        return await visits.each(control, refs, ask)


def _embedding(visits: ModelsVisits) -> frozenset[str]:
    """The models that were trained to make vectors."""
    return frozenset(one.ref for one in visits.reach.embeddings())
