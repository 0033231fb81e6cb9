"""A question to several columns at once: each reads or sees, and none waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from playground.asking.columns import ColumnRequest, ReplyColumn, side_by_side
from playground.asking.reply import Reply
from playground.tabs.vision.lab.ask import images_of, question_message, with_readings
from playground.tabs.vision.lab.ocr import Reading, read_all
from playground.tabs.vision.visit.values import Picture, Seat, Session
from playground.visitors.reach import Reach
from providers.types import Image, Message, Request, Sampling

MOST_COLUMNS = 4


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
        return question_message(question, [picture.image for picture in pictures], self.language)

    def messages(self, session: Session, seat: Seat) -> tuple[Message, ...]:
        """What a column is asked, images and all. Raises `RequestLimit("images")`."""
        first = (Message.of("system", self.system),) if self.system.strip() else ()
        return (*first, *self.before, *session.history(seat, self.message))


@dataclass(slots=True, kw_only=True)
class Round:
    """One turn as it is answered. `readings` grows: one reading of an image serves all columns and later turns."""

    reach: Reach
    visitor: str
    asking: Asking
    session: Session
    readings: dict[Image, Reading]
    stop: asyncio.Event
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    def replies(self) -> AsyncGenerator[tuple[Reply, ...]]:
        """The replies of all columns as they grow. One column's failure leaves the others alone."""
        columns = [ReplyColumn(seat.ref, partial(self._column, seat)) for seat in self.asking.seats]
        return side_by_side(columns, self.stop)

    @asynccontextmanager
    async def _column(self, seat: Seat) -> AsyncIterator[ColumnRequest]:
        """The connection to the model, and its question: with the images, or with what was read in them."""
        messages = self.asking.messages(self.session, seat)
        async with self.reach.open(self.visitor, seat.ref) as (provider, model):
            if seat.way == "reads":
                messages = with_readings(messages, await self._read(images_of(messages)), self.asking.language)
            request = Request(model=model, messages=messages, sampling=self.asking.sampling, owner=self.visitor)
            yield ColumnRequest(provider, request)

    async def _read(self, images: Sequence[Image]) -> Mapping[Image, Reading]:
        async with self._alone:
            found = await read_all([image for image in images if image not in self.readings])
            self.readings.update(found)
        return self.readings
