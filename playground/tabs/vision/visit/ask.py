"""A question to several columns at once: each reads or sees, and none waits for another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass, field, replace

from playground.asking.answer import HEARTBEAT, REDRAW, Column, side_by_side
from playground.asking.reply import Reply
from playground.tabs.vision.lab.ask import asked, images_of, with_readings
from playground.tabs.vision.lab.read import Reading, read_all
from playground.tabs.vision.visit.values import Picture, Seat, Session
from playground.visitors.reach import Reach
from providers.errors import Failure, PlaygroundError
from providers.fit import Fitted
from providers.image import fit_images
from providers.types import Change, Image, Message, Request, Sampling

MOST_COLUMNS = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked of whom; checked. `language` is that of the words around images."""

    question: str
    seats: tuple[Seat, ...]
    sampling: Sampling = field(default_factory=Sampling)
    system: str = ""
    language: str = "en"
    before: tuple[Message, ...] = ()
    """What was said before, without images, where nothing of it is kept here."""

    def message(self, question: str, pictures: tuple[Picture, ...]) -> Message:
        return asked(question, [picture.image for picture in pictures], self.language)

    def messages(self, session: Session, seat: Seat) -> tuple[Message, ...]:
        """What a column is asked, images and all. Raises `LimitExceeded("images")`."""
        first = (Message.of("system", self.system),) if self.system.strip() else ()
        return (*first, *self.before, *session.history(seat.key, self.message))


@dataclass(slots=True, kw_only=True)
class Round:
    """One turn as it is answered. `held` closes the connections to the models when the turn is over.

    `readings` grows: one reading of an image serves all columns and later turns.
    """

    reach: Reach
    visitor: str
    asking: Asking
    session: Session
    readings: dict[Image, Reading]
    stop: asyncio.Event
    held: AsyncExitStack
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def replies(self) -> AsyncGenerator[tuple[Reply, ...]]:
        """The replies of all columns as they grow. One column's failure leaves the others alone."""
        columns = [self._column(seat) for seat in self.asking.seats]
        async with aclosing(merged(columns, [Reply(model=seat.ref) for seat in self.asking.seats])) as snapshots:
            async for snapshot in snapshots:
                yield snapshot

    async def _column(self, seat: Seat) -> AsyncGenerator[Reply]:
        waiting = Reply(model=seat.ref, sampling=self.asking.sampling)
        preparing = asyncio.create_task(self._prepared(seat))
        try:
            while not preparing.done() and not self.stop.is_set():
                yield waiting
                await asyncio.wait({preparing}, timeout=HEARTBEAT)
            if not preparing.done():
                yield replace(waiting, state="stopped")
                return
        finally:
            preparing.cancel()
            await asyncio.gather(preparing, return_exceptions=True)
        column, changes = preparing.result()
        async with aclosing(side_by_side([column], self.stop)) as snapshots:
            async for (reply,) in snapshots:
                yield replace(reply, changes=(*changes, *reply.changes)) if changes else reply

    async def _prepared(self, seat: Seat) -> tuple[Column, tuple[Change, ...]]:
        """The images read or made as small as the model takes them, and the connection to it."""
        try:
            messages = self.asking.messages(self.session, seat)
            provider, model = await self.held.enter_async_context(self.reach.open(self.visitor, seat.ref))
            if seat.way == "reads":
                messages = with_readings(messages, await self._read(images_of(messages)), self.asking.language)
            request = Request(model=model, messages=messages, sampling=self.asking.sampling, owner=self.visitor)
            fitted = await fit_images(request) if model.images else Fitted(request, ())
        except PlaygroundError as error:
            return Column(seat.ref, None, None, Failure.of(error)), ()
        except Exception as error:  # noqa: BLE001 - a defect in one column must not take the other columns with it
            # Only its class: the message of a foreign error may hold a key or a visitor's text.
            log.error("column %s was not prepared: %s", seat.key, type(error).__name__)
            return Column(seat.ref, None, None, Failure("internal")), ()
        return Column(seat.ref, provider, fitted.request), fitted.changes

    async def _read(self, images: Sequence[Image]) -> Mapping[Image, Reading]:
        async with self._alone:
            found = await read_all([image for image in images if image not in self.readings])
            self.readings.update(found)
        return self.readings


async def merged(columns: Sequence[AsyncGenerator[Reply]], first: Sequence[Reply]) -> AsyncGenerator[tuple[Reply, ...]]:
    """The latest of each, at most 20 times a second, at least four. Closing it closes them."""
    latest, wake = list(first), asyncio.Event()

    async def follow(place: int, column: AsyncGenerator[Reply]) -> None:
        async with aclosing(column) as replies:
            async for reply in replies:
                latest[place] = reply
                wake.set()

    tasks = [asyncio.create_task(follow(place, column)) for place, column in enumerate(columns)]
    ending = asyncio.gather(*tasks)
    ending.add_done_callback(lambda _: wake.set())
    try:
        while not ending.done():
            yield tuple(latest)
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), HEARTBEAT)
                await asyncio.sleep(REDRAW)
            wake.clear()
        await ending
        yield tuple(latest)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
