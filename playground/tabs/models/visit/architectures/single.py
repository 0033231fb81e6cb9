"""One architecture alone, for a script: an n-gram model, a masked one, an encoder–decoder."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from playground.measuring.perplexity import perplexity
from playground.tabs.models.lab.architectures import before_blank
from playground.tabs.models.lab.ngram import ScoredWord
from playground.tabs.models.visit.architectures.plan import SECTION, ArchitecturesPlan, after_prompt, train_for
from playground.tabs.models.visit.visits import ModelsVisits
from providers.heads import Filling
from providers.sampling import Sampling
from providers.types import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NgramAnswer:
    """What an n-gram model says of a text, for a script."""

    scored: tuple[ScoredWord, ...]
    perplexity: float | None
    """Of its words; `None` where one of them has no share at all."""
    next: tuple[tuple[str, float], ...]
    text: str
    words: int
    """That it was trained on."""
    counted: tuple[int, ...]


async def ngram_of(visits: ModelsVisits, visitor: str, plan: ArchitecturesPlan, seed: int) -> NgramAnswer:
    """Train and ask. Raises `InputError`s, `LimitExceeded`."""
    async with visits.sessions.work.at(visitor, f"models-{SECTION}"):
        model = await train_for(plan)

        def compute_answer() -> NgramAnswer:
            scored = model.score(plan.text, plan.smoothed)
            chances = [one.probability for one in scored]
            prompt = before_blank(plan.text)
            return NgramAnswer(
                scored=scored,
                perplexity=perplexity([math.log(one) for one in chances]) if min(chances) > 0 else None,
                next=model.likeliest(prompt, plan.smoothed),
                text=after_prompt(prompt, model.generate(prompt, plan.length, plan.smoothed, Sampling(seed=seed))),
                words=model.tokens,
                counted=model.ngram_counts,
            )

        return await asyncio.to_thread(compute_answer)


async def fill_blank(visits: ModelsVisits, visitor: str, ref: str, text: str, top: int) -> tuple[Filling, ...]:
    """With the model of that name, fetched if need be. Raises what `FillMask.fill` raises, `LimitExceeded`."""
    async with (
        visits.sessions.work.at(visitor, f"models-{SECTION}"),
        visits.reach.head_provider(visitor, ref, "fill_mask") as (provider, info),
    ):
        return await provider.fill_mask(info).fill(text, top)


async def rewrite(
    visits: ModelsVisits, visitor: str, ref: str, text: str, instruction: str, most: int
) -> AsyncGenerator[tuple[str, Event]]:
    """The model's name with all that happens. Raises what `Seq2Seq.transform` raises, `LimitExceeded`."""
    async with (
        visits.sessions.work.at(visitor, f"models-{SECTION}"),
        visits.reach.head_provider(visitor, ref, "seq2seq") as (provider, info),
        aclosing(provider.seq2seq(info).transform(text, instruction=instruction, max_tokens=most)) as events,
    ):
        async for event in events:
            yield info.ref, event
