"""What the Vision tab keeps of a visitor: pictures, questions, replies, and what was read in the pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from playground.asking.reply import Reply
from playground.asking.upload import Rejected
from playground.tabs.vision.lab.ocr import Reading
from providers.image import best_size, image_tokens
from providers.pricing import cost
from providers.types import Image, Message, ModelInfo, Usage

MOST_PICTURES = 8
"""Of one visitor at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image as it was cleaned. `width` and `height` in pixels; `preview` is a smaller one for the page."""

    name: str
    image: Image
    width: int
    height: int
    preview: Image
    described: bool = False
    """The file held EXIF or other descriptions (a camera, a place, a time), which are gone."""

    @property
    def shrunk_from(self) -> tuple[int, int] | None:
        """Width and height that it had in its file, where it was made smaller."""
        file = self.image.file
        smaller = file is not None and file.width * file.height > self.width * self.height
        return (file.width, file.height) if file is not None and smaller else None


@dataclass(frozen=True, slots=True)
class Seat:
    """A column: a model that sees the images, or one that is told the text that a program read in them."""

    way: Literal["sees", "reads"]
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionTurn:
    """A question, the pictures that came with it, and one reply a column."""

    question: str
    pictures: tuple[Picture, ...]
    seats: tuple[Seat, ...]
    replies: tuple[Reply, ...]

    def reply(self, seat: Seat) -> Reply | None:
        """What that column said; where it was not there yet, a copy of what the first said that said something."""
        if seat in self.seats:
            return self.replies[self.seats.index(seat)]
        said = next((reply for reply in self.replies if reply.text.strip()), None)
        return None if said is None else replace(said, column=seat.ref)


Ask = Callable[[str, tuple[Picture, ...]], Message]
"""Makes a question with its pictures into a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`pictures` in the order they came: those of the turns, and those that wait for the next question."""

    pictures: tuple[Picture, ...] = ()
    turns: tuple[VisionTurn, ...] = ()
    readings: Mapping[Image, Reading] = field(default_factory=dict)
    begun: int = 0
    """How many conversations there were before."""

    @property
    def asked_images(self) -> frozenset[Image]:
        """The pictures that a question has been asked about."""
        return frozenset(picture.image for turn in self.turns for picture in turn.pictures)

    @property
    def waiting(self) -> tuple[Picture, ...]:
        """The pictures that go along with the next question."""
        asked = self.asked_images
        return tuple(picture for picture in self.pictures if picture.image not in asked)

    def with_replies(self, replies: tuple[Reply, ...]) -> Session:
        """The last turn with what its columns have said by now."""
        return replace(self, turns=(*self.turns[:-1], replace(self.turns[-1], replies=replies)))

    def settle(self) -> Session:
        """As it is to be found later: nothing runs."""
        if not self.turns:
            return self
        ended = (replace(r, state="stopped", progress=None) if r.running else r for r in self.turns[-1].replies)
        return self.with_replies(tuple(ended))

    def history(self, seat: Seat, ask: Ask) -> tuple[Message, ...]:
        """What was said before the last turn, in that column; where it was not there yet, what another one said.

        Turns without an answer are left out, with their question; their pictures go along with the next one.
        """
        said: list[Message] = []
        left: tuple[Picture, ...] = ()
        for turn in self.turns[:-1]:
            reply = turn.reply(seat)
            if reply is None or not reply.text.strip():
                left += turn.pictures
                continue
            said += [ask(turn.question, (*left, *turn.pictures)), Message.of("assistant", reply.text)]
            left = ()
        last = self.turns[-1]
        return (*said, ask(last.question, (*left, *last.pictures)))


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadProgress:
    """How far adding files is."""

    done: int = 0
    total: int = 0
    rejected: tuple[Rejected, ...] = ()
    session: Session = field(default_factory=Session)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPicture:
    """A picture as a model is sent it: pixels, and tokens and US dollars, both `None` where no rule is published."""

    width: int
    height: int
    tokens: int | None
    cost: float | None


def sent_picture(picture: Picture, model: ModelInfo) -> SentPicture:
    """By arithmetic alone: nothing is resized. What `fit_images` will make of it."""
    width, height = best_size(picture.width, picture.height, model)
    tokens = image_tokens(width, height, model)
    price = 0.0 if model.local else None
    if tokens is not None:
        price = cost(model, Usage(input_tokens=tokens, output_tokens=0))
    return SentPicture(width=width, height=height, tokens=tokens, cost=price)
