"""Whether a reply comes as soon as was expected when its engine was chosen: else another one goes on with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from providers.adapters.huggingface.engines.base import GenerationStep
from providers.whitebox import VariantSpeed

PATIENCE = 1.5
"""Times as long as was expected that a reply may take."""
SLACK = 0.5
"""Seconds that it may take beside that, however short it is."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What was measured of the engine, and how many tokens of the prompt it had to read."""

    speed: VariantSpeed
    unread: int

    def limit(self, tokens: int) -> float:
        """Seconds after which so many tokens are late."""
        return PATIENCE * (self.unread / self.speed.prompt + tokens / self.speed.one) + SLACK


class Pace:
    """Made when the reply is asked for. `kept` in the end: it came to its end, or ended by itself."""

    def __init__(self, expected: Expected, alone: Callable[[], bool]) -> None:
        self._expected, self._alone = expected, alone
        self.late = False
        self.crowded = False

    @property
    def kept(self) -> bool:
        return not (self.late or self.crowded)

    async def follow(self, steps: AsyncGenerator[GenerationStep]) -> AsyncGenerator[GenerationStep]:
        """The steps, up to where one is late or somebody else asks too: what comes then is another engine's to say."""
        clock = asyncio.get_running_loop().time
        start, count = clock(), 0
        async with aclosing(steps):
            while True:
                try:
                    async with asyncio.timeout_at(start + self._expected.limit(count + 1)):
                        step = await anext(steps)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    self.late = True
                    return
                count += 1
                yield step
                if step.finish is None and not self._alone():
                    self.crowded = True
                    return
