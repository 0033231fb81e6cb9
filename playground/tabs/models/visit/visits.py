"""A visitor's work in the Models tab. Each section has a file of its own beside this one, of functions that take it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from playground.measuring import Control
from playground.tabs.models.lab.analogies import EmbeddedWords
from playground.tabs.models.lab.card import Speed
from playground.tabs.models.lab.smaller import ShrunkForm
from playground.visitors import Sessions
from playground.visitors.expiring import Expiring, FoundOnce
from playground.visitors.reach import Reach
from playground.visitors.remembering import Remembers
from providers.errors import Failure, PlaygroundError
from providers.inspection import InspectedModel, Inspector
from providers.shrinking import FormCost

T = TypeVar("T")
_DAY = 24 * 3600
_SECONDS = 7200
"""How long work is kept that nobody touches."""
_MOST = 300
"""Pieces of work that are kept."""
_MOST_EMBEDDERS = 8
"""Embedding models whose vectors of usual words are kept: one to three megabytes each."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """In the place of what would have come of work that the visitor stopped."""


async def unless_stopped(control: Control, working: Coroutine[object, object, T]) -> T | Stopped:
    """What comes of it; it is called off where the visitor stops it. Raises what it raises."""
    task, stopping = asyncio.ensure_future(working), asyncio.ensure_future(control.until_stopped())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else Stopped()
    finally:
        for one in (task, stopping):
            one.cancel()
        await asyncio.gather(task, stopping, return_exceptions=True)


@dataclass(slots=True)
class ModelsVisits(Remembers):
    """One piece of work a visitor and section. A new one of a visitor's stops the one before.

    Work counts against the visitor's messages a minute, and holds one of the visitor's streams.
    """

    reach: Reach
    sessions: Sessions
    speeds: FoundOnce[tuple[Speed, ...]] = field(default_factory=lambda: FoundOnce(_DAY, _MOST), repr=False)
    """What was measured of this computer's engines, by the model's name: true for every visitor."""
    forms: FoundOnce[ShrunkForm] = field(default_factory=lambda: FoundOnce(_DAY, _MOST), repr=False)
    """What was found of this computer's models made smaller, by model and form: as `speeds`; no answers, no cost."""
    costs: FoundOnce[FormCost | Failure] = field(default_factory=lambda: FoundOnce(_DAY, _MOST), repr=False)
    """What those forms take, by model and form."""
    answers: FoundOnce[str] = field(default_factory=lambda: FoundOnce(_DAY, _MOST), repr=False)
    """What those forms answered, by model, form and question."""
    usual: FoundOnce[EmbeddedWords] = field(default_factory=lambda: FoundOnce(_DAY, _MOST_EMBEDDERS), repr=False)
    """The vectors of usual words, by the model's name: seconds of work that every visitor's analogy would do anew. Of
    models that were looked into first, which those of this computer's catalogue alone can be: the same for everybody.
    """
    _works: Expiring[object] = field(default_factory=lambda: Expiring(_SECONDS, _MOST), repr=False)

    @asynccontextmanager
    async def at(self, visitor: str, section: str, ref: str, *, counted: bool = True) -> AsyncGenerator[Inspector]:
        """A model, taken apart within the visitor's limits. Raises `LimitExceeded`, and as `Reach.inspector`."""
        async with (
            self.sessions.work.at(visitor, f"models-{section}", counted=counted),
            self.reach.inspector(visitor, ref) as inspector,
        ):
            yield inspector

    async def known_models(self, visitor: str) -> dict[str, InspectedModel]:
        """Every model within the visitor's reach, those that write and those that embed here, by its ref."""
        writers: dict[str, InspectedModel] = {one.ref: one for one in await self.reach.models(visitor)}
        return writers | {one.ref: one for one in self.reach.embeddings() if one.local and one.package is not None}

    async def each(
        self, control: Control, refs: Sequence[str], ask: Callable[[str], Coroutine[object, object, T]]
    ) -> dict[str, T | Failure]:
        """What each model gives, or why it does not, by its name: one after another, until it is stopped."""
        found: dict[str, T | Failure] = {}
        for ref in refs:
            try:
                one = await unless_stopped(control, ask(ref))
            except PlaygroundError as error:
                found[ref] = Failure.of(error)
                continue
            if isinstance(one, Stopped):
                break
            found[ref] = one
        return found

    def keep(self, visitor: str, section: str, work: object) -> None:
        """For later events of the visitor's, for a while."""
        self._works.put(f"{visitor} {section}", work)

    def find_work(self, visitor: str, section: str, kind: type[T]) -> T | None:
        """What was kept last, if it is still here."""
        found = self._works.get(f"{visitor} {section}")
        return found if isinstance(found, kind) else None

    def count_remembered(self, visitor: str) -> Mapping[str, int]:
        """See `playground.visitors.remembering.Remembers`."""
        return {"looks": len(self._names(visitor))}

    async def forget(self, visitor: str) -> None:
        """As `count_remembered`."""
        for name in self._names(visitor):
            self._works.pop(name)

    def _names(self, visitor: str) -> list[str]:
        return [name for name in self._works.names() if name.startswith(f"{visitor} ")]

    def stop(self, visitor: str, section: str) -> None:
        """End what is going on there at once."""
        self.sessions.work.stop(visitor, f"models-{section}")
