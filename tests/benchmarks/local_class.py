"""A class on the local model, through the page and through Gradio's smallest one: parts of `tests.benchmarks.load`."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from playground.settings import DEFAULT_MODEL
from playground.visitors.conversations import new_conversation
from tests.benchmarks.classroom import Row, opened, processor
from tests.benchmarks.engines import question
from tests.benchmarks.visiting import Told, Visitor

GROWS = re.compile(r'"append"')
"""A text that goes on: on the local model, whose first word is not known."""
OUTPUT = re.compile(r"→ (\d+) tokens")
"""In a reply's line of facts."""


async def measure_local(url: str, count: int, tokens: int, rounds: int, name: str) -> tuple[list[float], Row]:
    """Tokens a second of all visitors together, on the local model."""
    group = await opened(url)
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(Visitor(url)) for _ in range(count)]
        for one in visitors:
            await one.open(config=group.config)
        await group.send(visitors[0], question(0), DEFAULT_MODEL, max_tokens=2)  # the model is loaded once

        async def ask(number: int, turn: int) -> Told:
            """Each round is a conversation of its own, as the bare engine's is."""
            said = question(number + turn)
            began = new_conversation()
            return await group.send(visitors[number], said, DEFAULT_MODEL, max_tokens=tokens, conversation=began)

        return await _rounds(url, f"{count} on the local model: {name}", count, rounds, ask)


async def measure_smallest_local(url: str, count: int, tokens: int, rounds: int) -> tuple[list[float], Row]:
    """As `measure_local`, through Gradio's smallest page."""
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(Visitor(url)) for _ in range(count)]
        for one in visitors:
            await one.open(load=False)
        config = visitors[0].config
        box, number_box = config.component("message"), config.component("seconds")
        event = config.triggered(box, "submit")
        await visitors[0].tell(event, {box: question(0), number_box: 2})

        async def ask(number: int, turn: int) -> Told:
            return await visitors[number].tell(event, {box: question(number + turn), number_box: tokens})

        return await _rounds(url, f"{count} on the local model: Gradio's smallest page", count, rounds, ask)


async def _rounds(
    url: str, name: str, count: int, rounds: int, ask: Callable[[int, int], Awaitable[Told]]
) -> tuple[list[float], Row]:
    """So many ask at the same moment, again and again: tokens a second of each round, and what they waited for."""
    row, rates = Row(name, processor=0.0), []
    for turn in range(rounds):
        spent, start = processor(url), time.perf_counter()
        told = await asyncio.gather(*(ask(number, turn) for number in range(count)), return_exceptions=True)
        took = time.perf_counter() - start
        row.processor = (row.processor or 0.0) + processor(url) - spent
        said = [OUTPUT.findall(one.all_said()) for one in told if isinstance(one, Told)]
        tokens = sum(int(found[-1]) for found in said if found)
        row.tokens += tokens
        rates.append(tokens / took)
        row.add(told, GROWS)
    return rates, row
