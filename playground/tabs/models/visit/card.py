"""Cards of models side by side, and what is measured for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from playground.tabs.models.lab.card import CardFacts, Speed, card_facts, measure_speed
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.errors import TermsNotAccepted
from providers.embedding import EmbeddingInfo
from providers.errors import Failure, PlaygroundError
from providers.inspection import InspectedModel
from providers.types import ModelInfo

SECTION = "card"


async def cards(visits: ModelsVisits, visitor: str, refs: Sequence[str]) -> tuple[CardFacts | Failure, ...]:
    """A card for each model, or why there is none. Loads nothing, and asks no service."""
    return tuple([await _card(visits, visitor, ref) for ref in refs])


async def _card(visits: ModelsVisits, visitor: str, ref: str) -> CardFacts | Failure:
    info = (await visits.known_models(visitor)).get(ref)
    try:
        if info is not None and not info.local:
            return await card_facts(info)
        async with visits.reach.inspector(visitor, ref) as inspector:
            found = await card_facts(inspector.info, None, inspector)
        if isinstance(inspector.info, ModelInfo):
            async with visits.reach.open(visitor, ref) as (provider, model):
                found = replace(found, known=(await card_facts(model, provider)).known)
        return replace(found, speeds=visits.speeds.get(ref) or ())
    except PlaygroundError as error:
        if info is not None and isinstance(error, TermsNotAccepted):  # what its makers say of it may be shown
            return await card_facts(info)
        if error.key != "unsupported_request.layers":
            return Failure.of(error)
        return await _collect_facts(visits, visitor, ref, info)


async def _collect_facts(
    visits: ModelsVisits, visitor: str, ref: str, info: InspectedModel | None
) -> CardFacts | Failure:
    """Of a model whose layers cannot be seen: what is known of it, and what runs it here."""
    if isinstance(info, EmbeddingInfo):
        return await card_facts(info)
    try:
        async with visits.reach.open(visitor, ref) as (provider, model):
            return await card_facts(model, provider)
    except PlaygroundError as error:
        return Failure.of(error)


async def measure(visits: ModelsVisits, visitor: str, refs: Sequence[str]) -> None:
    """Measure each model of this computer: what it takes of memory in 32 bits, and how fast each engine writes.

    What cannot be measured of a model is left out. Raises `LimitExceeded`.
    """

    async def one(ref: str) -> None:
        async with visits.reach.inspector(visitor, ref) as inspector:
            if await inspector.anatomy() is None:  # its weights are not here, and nobody asked for them
                return
            async for _ in inspector.prepare():
                pass
            writes = isinstance(inspector.info, ModelInfo)
        if writes:
            await visits.speeds.find(ref, lambda: _speeds(visits, visitor, ref), anew=True)

    async with visits.sessions.work.at(visitor, f"models-{SECTION}") as control:
        await visits.each(control, refs, one)


async def _speeds(visits: ModelsVisits, visitor: str, ref: str) -> tuple[Speed, ...]:
    """Each engine that runs the model here, the one that answers ordinary requests first."""
    found: list[Speed] = []
    async with visits.reach.open(visitor, ref) as (provider, model):
        engines = (await card_facts(model, provider)).engines
        for engine in engines:
            speed = await measure_speed(provider, replace(model, engine=engine))
            found += [speed] if speed is not None else []
    return tuple(found)
