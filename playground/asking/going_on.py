"""Work that goes on while its page is read again in another language, and is drawn there from where it is by then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, cast

from playground.asking.pump import HEARTBEAT

V = TypeVar("V")
T = TypeVar("T")
GRACE = 180.0
"""Seconds that work waits for its page, which takes long on a slow computer; then it ends, as that of a page that was
closed does."""


class Reader(Protocol):
    """Whoever reads a page: the visitor, and the open page as Gradio names it, empty where there is none."""

    @property
    def visitor(self) -> str: ...
    @property
    def page(self) -> str: ...


W = TypeVar("W", bound=Reader)


@dataclass(eq=False, slots=True)
class _Source(Generic[V]):
    """Values of work that runs in a task of its own; whoever watches is given the latest one."""

    task: asyncio.Task[None] | None = None
    values: int = 0
    latest: V | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, values: AsyncGenerator[V]) -> _Source[V]:
        made = cls()
        made.task = asyncio.create_task(made._run(values))
        made.task.add_done_callback(lambda task: task.cancelled() or task.exception())  # told to whoever watches
        return made

    async def _run(self, values: AsyncGenerator[V]) -> None:
        try:
            async with aclosing(values):
                async for self.latest in values:
                    self.values += 1
                    self.changed.set()
        finally:
            self.changed.set()

    async def watch(self) -> AsyncGenerator[V]:
        """Each value that is the latest when it is asked for, the last one in any case, and something four times a
        second. Raises what the work raised."""
        seen, task = 0, cast("asyncio.Task[None]", self.task)
        while True:
            if self.values != seen:
                seen = self.values
                yield cast(V, self.latest)
            elif task.done():
                break
            else:
                self.changed.clear()
                changing = asyncio.ensure_future(self.changed.wait())
                try:
                    await asyncio.wait({changing}, timeout=HEARTBEAT)
                finally:
                    changing.cancel()
                if self.values == seen and seen:
                    yield cast(V, self.latest)
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error

    async def end(self) -> None:
        """Let the work go, and wait until it has."""
        task = cast("asyncio.Task[None]", self.task)
        task.cancel()
        await asyncio.wait({task})


@dataclass(eq=False, slots=True)
class _UnderWay:
    """What one part of a page draws while something is under way there. `awaited`: its page is being read again."""

    place: tuple[str, str, str]
    """Visitor, page, part."""
    draw: Callable[[Any], AsyncGenerator[Any]]
    reader: Reader
    sources: list[_Source[Any]] = field(default_factory=list)
    begun: int = 0
    """Of the sources, how many this drawing has come to."""
    awaited: bool = False
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class GoingOn:
    """What is under way, by visitor, page and part of the page. To be used in one event loop."""

    _under_way: dict[tuple[str, str, str], _UnderWay] = field(default_factory=dict, repr=False)
    _leaving: set[tuple[str, str]] = field(default_factory=set, repr=False)

    async def show(self, reader: W, part: str, draw: Callable[[W], AsyncGenerator[T]]) -> AsyncGenerator[T]:
        """All that `draw` draws for whoever reads. Where the page is left for another language, `draw` is called again
        for that one (see `back`)."""
        made = _UnderWay((reader.visitor, reader.page, part), draw, reader)
        if reader.page:
            self._under_way[made.place] = made
        async with aclosing(self._draw_and_release(made, reader)) as drawn:
            async for one in drawn:
                yield one

    async def keep(self, reader: Reader, values: AsyncGenerator[V]) -> AsyncGenerator[V]:
        """What a `draw` draws from, the latest of it: these values, or in place of them those that the same drawing
        had come to on the page before. Outside of `show` just the values. Raises what they raise. To leave before the
        end breaks the work off, wherever it is by then."""
        made = next((one for one in self._under_way.values() if one.reader is reader), None)
        if made is None:
            async with aclosing(values):
                async for value in values:
                    yield value
            return
        number, place = made.begun, made.place
        made.begun += 1
        if number < len(made.sources):
            await values.aclose()
        else:
            made.sources.append(_Source.of(values))
        source = cast("_Source[V]", made.sources[number])
        try:
            async with aclosing(source.watch()) as watched:
                async for value in watched:
                    yield value
        finally:
            if not self._waits(made, place):
                await source.end()

    def leave(self, visitor: str, page: str) -> None:
        """The page is about to be read again in another language: what is under way there waits for it."""
        self._leaving.add((visitor, page))
        asyncio.get_running_loop().call_later(GRACE, self._leaving.discard, (visitor, page))

    def come_back(self, visitor: str, left: str, page: str) -> None:
        """The page that was left is there again, as `page`."""
        if (visitor, left) not in self._leaving:
            return
        for place, made in list(self._under_way.items()):
            if place[:2] == (visitor, left):
                del self._under_way[place]
                made.place = (visitor, page, place[2])
                self._under_way[made.place] = made
                self._await(made)

    def awaits(self, reader: Reader, part: str) -> bool:
        """Something is under way there, begun on the page before."""
        made = self._under_way.get((reader.visitor, reader.page, part))
        return made is not None and made.awaited

    def is_under_way(self, reader: Reader, part: str) -> bool:
        """Something is, on this page or on the one before."""
        return (reader.visitor, reader.page, part) in self._under_way

    async def back(self, reader: W, part: str) -> AsyncGenerator[Any]:
        """What is under way there, drawn anew for whoever reads it now; nothing where nothing is."""
        made = self._under_way.get((reader.visitor, reader.page, part))
        if made is None or not made.awaited:
            return
        made.awaited, made.reader, made.begun = False, reader, 0
        if made.timer is not None:
            made.timer.cancel()
        async with aclosing(self._draw_and_release(made, reader)) as drawn:
            async for one in drawn:
                yield one

    def forget(self, visitor: str) -> None:
        """End all that waits for a page of the visitor's."""
        for made in [one for one in self._under_way.values() if one.awaited and one.place[0] == visitor]:
            self._drop(made)

    async def _draw_and_release(self, made: _UnderWay, reader: Reader) -> AsyncGenerator[Any]:
        place = made.place
        try:
            async with aclosing(made.draw(reader)) as drawn:
                async for one in drawn:
                    yield one
        finally:
            if self._waits(made, place):
                if made.place == place:
                    self._await(made)
            else:
                if self._under_way.get(place) is made:
                    del self._under_way[place]
                for source in made.sources:
                    await source.end()

    def _waits(self, made: _UnderWay, place: tuple[str, str, str]) -> bool:
        """For a page that is being read again, or it was taken over by that one; and nothing else began there."""
        if made.place != place:
            return True
        return place[:2] in self._leaving and self._under_way.get(place) is made

    def _await(self, made: _UnderWay) -> None:
        made.awaited = True
        if made.timer is not None:
            made.timer.cancel()
        made.timer = asyncio.get_running_loop().call_later(GRACE, self._expire, made)

    def _expire(self, made: _UnderWay) -> None:
        if made.awaited:
            self._drop(made)

    def _drop(self, made: _UnderWay) -> None:
        if self._under_way.get(made.place) is made:
            del self._under_way[made.place]
        for source in made.sources:
            if source.task is not None:
                source.task.cancel()
