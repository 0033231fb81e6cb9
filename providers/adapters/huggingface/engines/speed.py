"""How fast a variant is on this computer: measured once, when the model is made ready, in a few seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

from providers.adapters.huggingface.engines.base import Engine, Job
from providers.adapters.huggingface.weights.record import read_record
from providers.types import Sampling
from providers.whitebox import VariantSpeed

COMPANY = 8
"""Replies at once for which a variant is measured, besides one."""
USUAL = 160
"""Tokens of a usual reply."""
_ROUNDS = 3
_READ, _WRITTEN = 256, 24
"""Tokens of the prompt that is read, and of each reply that is written, to be measured."""


def expected_seconds(speed: VariantSpeed, unread: int, reply: int, company: int) -> float:
    """Until a reply has ended of which a prompt of `unread` tokens is to be read, among `company` like it.

    Between one and eight replies, the rate of all together grows evenly; beyond, it stays.
    """
    grown = min(max(company - 1, 0) / (COMPANY - 1), 1.0)
    together = speed.one + (speed.eight - speed.one) * grown
    return company * (unread / speed.prompt + reply / together)


def speed_of(told: Mapping[str, float]) -> VariantSpeed | None:
    """As a record keeps it; `None` for what is none."""
    try:
        found = VariantSpeed(one=told["one"], eight=told["eight"], prompt=told["prompt"])
    except (LookupError, TypeError):
        return None
    return found if min(found.one, found.eight, found.prompt) > 0 else None


async def measure(engine: Engine, prompts: Sequence[Sequence[int]], context: int) -> VariantSpeed:
    """`prompts` are texts in tokens. Raises what the engine raises.

    The best of several rounds: what else the computer does makes every one of them slower, and none quicker.
    """
    words = [token for prompt in prompts for token in prompt]
    await _write(engine, words[:8], 2)  # the first request sets things up
    rounds = [await _round(engine, words, place, context) for place in range(1, _ROUNDS + 1)]
    return VariantSpeed(
        one=max(one.one for one in rounds),
        eight=max(one.eight for one in rounds),
        prompt=max(one.prompt for one in rounds),
    )


async def _round(engine: Engine, words: Sequence[int], place: int, context: int) -> VariantSpeed:
    """From the token `place` on, so that nothing of an earlier round is remembered."""
    read = max(1, min(_READ, context // 2, len(words) - _ROUNDS))
    start = time.perf_counter()
    await _write(engine, words[place : place + read], 1)
    prompt = read / (time.perf_counter() - start)
    start = time.perf_counter()
    one = await _write(engine, words[place : place + 8], _WRITTEN) / (time.perf_counter() - start)
    start = time.perf_counter()
    written = (_write(engine, words[place + next : place + next + 8], _WRITTEN) for next in range(COMPANY))
    eight = sum(await asyncio.gather(*written)) / (time.perf_counter() - start)
    return VariantSpeed(one=one, eight=eight, prompt=prompt)


async def _write(engine: Engine, prompt: Sequence[int], tokens: int) -> int:
    """The tokens that came."""
    job = Job(prompt=list(prompt), sampling=Sampling(temperature=1.0), max_tokens=tokens)
    async with aclosing(engine.submit(job)) as steps:
        return len([step async for step in steps])


def read_speeds(folder: Path) -> Mapping[str, VariantSpeed]:
    """How fast this folder's variants were on this computer, by their names."""
    record = read_record(folder)
    told = record.speeds if record is not None else {}
    found = {name: speed_of(each) for name, each in told.items()}
    return {name: speed for name, speed in found.items() if speed is not None}
