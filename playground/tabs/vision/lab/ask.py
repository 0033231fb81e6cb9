"""The messages of a question with images: for models that see, for those that read what a program read, for neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from playground.asking.errors import RequestLimit
from playground.asking.quoting import unguessable_mark
from playground.tabs.vision.lab.ocr import Reading, quote_text
from playground.tabs.vision.lab.wording import wording
from providers.errors import InputError
from providers.types import Image, Message, Part, Text

MOST_IMAGES = 6
"""Of one message."""
Messages = tuple[Message, ...]


def question_message(text: str, images: Sequence[Image] = (), language: str = "en") -> Message:
    """A question: images first, which is how models read them best, each with its number where there are several.

    Raises `InputError("empty")` without a question, `RequestLimit("images")`.
    """
    if not text.strip():
        raise InputError("empty")
    if len(images) > MOST_IMAGES:
        raise RequestLimit("images", limit=MOST_IMAGES)
    parts: list[Part] = []
    for number, image in enumerate(images, start=1):
        if len(images) > 1:
            parts.append(Text(wording(language).image.format(number=number) + "\n"))
        parts.append(image)
    return Message("user", (*parts, Text(text)))


def conversation(question: Message, history: Iterable[Message] = (), system: str = "") -> Messages:
    """What a column is asked: the system prompt, what was said before in it, and the question."""
    first = (Message.of("system", system),) if system.strip() else ()
    return (*first, *history, question)


def images_of(messages: Iterable[Message]) -> tuple[Image, ...]:
    """Each different image once, in the order of the messages."""
    return tuple(dict.fromkeys(image for message in messages for image in message.images))


def without_images(messages: Messages) -> Messages:
    """The same questions without the images: what a model answers then, it has guessed."""
    return tuple(replace(m, parts=tuple(part for part in m.parts if isinstance(part, Text))) for m in messages)


def with_readings(messages: Messages, readings: Mapping[Image, Reading], language: str = "en") -> Messages:
    """The images replaced by the text that was read in them, between marks that it cannot close, and the rules for it.

    For the column "OCR + text model"; `readings` has every image of the messages.
    """
    words = wording(language)
    numbers = {image: number for number, image in enumerate(images_of(messages), start=1)}
    if not numbers:
        return messages
    mark = unguessable_mark([readings[image].text for image in numbers])
    told = {
        image: f"{words.reading.format(number=number)}\n{_quotation(readings[image], mark, words.nothing)}\n\n"
        for image, number in numbers.items()
    }
    replaced = [
        Message(message.role, tuple(Text(told[part]) if isinstance(part, Image) else part for part in message.parts))
        for message in messages
    ]
    return _with_rules(tuple(replaced), words.rules.strip())


def _quotation(reading: Reading, mark: str, nothing: str) -> str:
    return quote_text(reading.text, mark) if reading.text.strip() else nothing


def _with_rules(messages: Messages, rules: str) -> Messages:
    """The rules stand in the system message, after what is there."""
    before = "\n\n".join(message.text for message in messages if message.role == "system")
    system = Message.of("system", f"{before}\n\n{rules}".strip())
    return (system, *(message for message in messages if message.role != "system"))
