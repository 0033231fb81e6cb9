"""What is kept in memory beside the variant that serves most: the engine that answers one person soonest, and the
variant that keeps what a seed promises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import psutil

from providers.adapters.huggingface.engines import Variant
from providers.adapters.huggingface.memory.loader import ModelLoader
from providers.adapters.huggingface.weights.completing import EXACT
from providers.adapters.huggingface.weights.store import Store
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.errors import WeightsUnavailable
from providers.types import ModelInfo

QUIET = 10.0
"""Seconds in which nobody was answered, and nothing else computed here, before something is measured."""
IDLE = 0.8
"""Share of the processors that does nothing then."""
_LOOK = 0.5
"""Seconds between two looks."""


class IdleShare:
    """Of this computer's processors, the share that has done nothing since it was last asked."""

    def __init__(self) -> None:
        self._last = psutil.cpu_times()

    def __call__(self) -> float:
        last, self._last = self._last, psutil.cpu_times()
        spent = {name: getattr(self._last, name) - getattr(last, name) for name in last._fields}
        every = sum(spent.values()) - spent.get("guest", 0.0) - spent.get("guest_nice", 0.0)  # both are in others
        idle: float = spent["idle"] + spent.get("iowait", 0.0)
        return idle / every if every > 0 else 0.0


class Companions:
    """`busy` says whether anybody is being answered, `idle` what share of the processors did nothing of late."""

    def __init__(
        self, loader: ModelLoader, store: Store, busy: Callable[[], bool], idle: Callable[[], float] | None = None
    ) -> None:
        self._loader, self._store, self._busy = loader, store, busy
        self._idle = idle or IdleShare()

    async def settle(self, model: ModelInfo) -> None:
        """Load what answers with a seed beside this model, which is in memory: the first seeded message would wait for
        it. Then measure, once, how fast each engine is; keep the quicker one for one reply there too. Both if there is
        memory that nothing else has, and as much again.

        What is measured while somebody is answered, or while something else computes here, would say little, and would
        hold the reply up: so it waits until all is quiet, and is called off, and begun again later, whenever somebody
        asks. Raises as `ModelLoader.load`.
        """
        found = await self._loader.variants(model)
        if self._loader.forced_engine(model) or not found or found[0].for_one is not None:
            return
        first = found[0]
        await self._keep_exact(model, found)
        if not await asyncio.to_thread(self._loader.has_room, model, first):  # to measure it takes as much once more
            return
        while not await self._measure(model):
            pass
        speeds, found = await self._loader.speeds(model), await self._loader.variants(model)
        await self._keep_exact(model, found)
        for variant in found:
            one = variant.for_one
            if one is None or not {one.name, first.name} <= speeds.keys():
                continue
            if speeds[one.name].one <= speeds[first.name].one:
                continue
            if await asyncio.to_thread(self._loader.has_room, model, one):
                async for _ in self._loader.load(model, one):
                    pass

    async def _keep_exact(self, model: ModelInfo, found: Sequence[Variant]) -> None:
        """What answers with a seed; not while somebody is answered, whom it would hold up. What an earlier version
        answered with is not: it is superseded as soon as this one is measured.
        """
        wanted = next((variant for variant in found if variant.name == EXACT), None)
        if wanted is None:
            return
        while self._busy():  # noqa: ASYNC110 - whether anybody is answered is asked, and told by nobody
            await asyncio.sleep(_LOOK)
        if await asyncio.to_thread(self._loader.has_room, model, wanted):
            async for _ in self._loader.load(model, wanted):
                pass

    async def _measure(self, model: ModelInfo) -> bool:
        """Whether everything is measured; not where it was called off."""
        folder = await self._loader.folder(model)
        if not await asyncio.to_thread(self._store.lacks_measures, folder):
            return True
        await self._wait_until_quiet()
        called_off = list[Ticket]()

        def measure(ticket: Ticket) -> None:
            begun.append(ticket)
            self._store.measure(folder, ticket)

        begun = list[Ticket]()
        try:
            async for _ in self._loader.wait(model.name, f"{model.id}@measures", measure):
                if self._busy():
                    called_off = begun
                    for ticket in called_off:
                        ticket.cancel()
        except WeightsUnavailable:
            if not called_off:
                raise
            return False
        return True

    async def _wait_until_quiet(self) -> None:
        quiet = 0.0
        while quiet < QUIET:
            await asyncio.sleep(_LOOK)
            quiet = 0.0 if self._idle() < IDLE or self._busy() else quiet + _LOOK
