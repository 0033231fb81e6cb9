"""Text read in images: for models that cannot see."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from playground.asking.images.bounded import BoundedProgram, run_program
from playground.asking.images.clean import name_image
from playground.asking.images.reading_order import Block, reading_order, text_of
from playground.asking.quoting import quote
from providers.errors import ImageError
from providers.image import size
from providers.types import Image

PROGRAM = BoundedProgram(
    module="playground.tabs.vision.lab.ocr_program", memory=4 * 2**30, seconds=180, patience=300, threads=2
)
_USUAL = 4_000_000
"""Pixels that may take the program's seconds."""
MOST_TEXT = 8000
"""Characters of an image's text that go into a prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read in an image of that size, in reading order."""

    width: int
    height: int
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """Line by line as the image has them, column after column; columns of a table apart by a tab."""
        return text_of(self.blocks)


async def read_text(image: Image) -> Reading:
    """Read a cleaned image, in a program with bounded memory and time: a long screenshot has as much more of it.

    Raises `ImageError` with the name of its file: "damaged" or "slow".
    """
    try:
        width, height = size(image)
        times = max(1.0, width * height / _USUAL)
        program = replace(PROGRAM, seconds=round(PROGRAM.seconds * times), patience=PROGRAM.patience * times)
        answer = await run_program(program, {}, image.content)
    except ImageError as error:
        raise name_image(error, image.name) from None
    found = _READING.validate_python(dict(answer.told), strict=False)
    return Reading(width=found.width, height=found.height, blocks=reading_order(found.blocks))


async def read_all(images: Iterable[Image], at_once: int = 2) -> dict[Image, Reading]:
    """Each different image once, `at_once` of them at a time. Raises what `read_text` raises."""
    places = asyncio.Semaphore(at_once)

    async def one(image: Image) -> Reading:
        async with places:
            return await read_text(image)

    different = list(dict.fromkeys(images))
    try:
        async with asyncio.TaskGroup() as together:
            tasks = {image: together.create_task(one(image)) for image in different}
    except BaseExceptionGroup as group:  # one error for whoever asked, and a stop remains a stop
        raise group.exceptions[0] from None
    return {image: task.result() for image, task in tasks.items()}


def quote_text(text: str, mark: str) -> str:
    """The text between delimiters that it cannot close, cut to `MOST_TEXT`."""
    return quote("image-text", mark, text[:MOST_TEXT])


_READING: TypeAdapter[Reading] = TypeAdapter(Reading)
