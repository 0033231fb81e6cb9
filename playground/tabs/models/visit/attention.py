"""A sentence that a visitor looks at in the layers of several models, kept for what is asked of it next."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playground.tabs.models.lab.attention import (
    Effect,
    LensRow,
    ReadSentence,
    SalientTokens,
    ablate,
    lens_rows,
    read_sentence,
    salient,
)
from playground.tabs.models.lab.errors import LayersError
from playground.tabs.models.visit.visits import ModelsVisits
from providers.errors import Failure
from providers.inspection import Ablation, Inspector, Salience
from providers.types import Progress

SECTION = "attention"


@dataclass(frozen=True, slots=True)
class ReadSentences:
    """By the model's name."""

    found: dict[str, ReadSentence | Failure] = field(default_factory=dict)


async def look(
    visits: ModelsVisits, visitor: str, refs: Sequence[str], text: str, told: Callable[[Progress], None]
) -> ReadSentences:
    """The sentence in each model, or why it cannot be seen there. Raises `LimitExceeded`.

    `told` is called with what is being waited for: a model that is fetched, or loaded.
    """

    async def read(ref: str) -> ReadSentence:
        async with visits.reach.inspector(visitor, ref) as inspector:
            async for progress in inspector.prepare():
                told(progress)
            return await read_sentence(inspector, text)

    async with visits.sessions.work.at(visitor, f"models-{SECTION}") as control:
        done = ReadSentences(await visits.each(control, refs, read))
    kept = {ref: one.lighter() if isinstance(one, ReadSentence) else one for ref, one in done.found.items()}
    visits.keep(visitor, SECTION, ReadSentences(kept))
    return done


async def look_after_each_layer(visits: ModelsVisits, visitor: str, ref: str, position: int) -> tuple[LensRow, ...]:
    """Raises `LayersError("layer_place")` where nothing was looked at, and as `lens_rows`."""
    async with _again(visits, visitor, ref) as (inspector, read):
        return await lens_rows(inspector, read, position)


async def switch_off(visits: ModelsVisits, visitor: str, ref: str, ablation: Ablation) -> Effect:
    """Raises as `look_after_each_layer`."""
    async with _again(visits, visitor, ref) as (inspector, read):
        return await ablate(inspector, read, ablation)


async def find_salient(visits: ModelsVisits, visitor: str, ref: str, position: int, method: Salience) -> SalientTokens:
    """Raises as `look_after_each_layer`."""
    async with _again(visits, visitor, ref) as (inspector, read):
        return await salient(inspector, read, position, method)


def sentence_in(visits: ModelsVisits, visitor: str, ref: str) -> ReadSentence:
    """The sentence that was looked at last in that model. Raises `LayersError("layer_place")` where there is none."""
    kept = visits.find_work(visitor, SECTION, ReadSentences)
    read = kept.found.get(ref) if kept is not None else None
    if not isinstance(read, ReadSentence):
        raise LayersError("layer_place")
    return read


@asynccontextmanager
async def _again(visits: ModelsVisits, visitor: str, ref: str) -> AsyncGenerator[tuple[Inspector, ReadSentence]]:
    """The model, and the sentence that was looked at in it."""
    read = sentence_in(visits, visitor, ref)
    async with visits.at(visitor, SECTION, ref, counted=False) as inspector:
        yield inspector, read


async def look_once(visits: ModelsVisits, visitor: str, ref: str, text: str) -> ReadSentence:
    """For a script: nothing is kept. Raises what stands in the way."""
    async with visits.at(visitor, SECTION, ref) as inspector:
        return await read_sentence(inspector, text)
