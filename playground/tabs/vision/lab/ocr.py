"""Text read in images by rapidocr, whose models are in its wheel: for models that cannot see."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pydantic import TypeAdapter

from playground.asking.images.bounded import BoundedProgram, run_program
from providers.types import Image

PROGRAM = BoundedProgram(module="playground.tabs.vision.lab.ocr_program", memory=4 * 2**30, seconds=90.0, threads=2)
MOST_TEXT = 8000
"""Characters of an image's text that go into a prompt."""
_APART = 1.5
"""A gap wider than so many line heights stands between two columns."""
_SKEW = 0.7
"""Of a line's height, by how much its end may lie below its beginning."""
_MARKS = re.compile(r"<(?=\s*[|｜/]|[a-z_]+>)|\[(?=/?[A-Z_]+\])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of text. `box` is left, top, right, bottom in pixels of the image; `confidence` from 0 to 1."""

    text: str
    box: tuple[int, int, int, int]
    confidence: float

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read in an image of that size, in reading order."""

    width: int
    height: int
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """Line by line as the image has them, columns apart by a tab."""
        return "\n".join(_line(line) for line in lines(self.blocks))


async def read_text(image: Image) -> Reading:
    """Read a cleaned image, in a program with bounded memory and time. Raises `ImageError`: "damaged" or "slow"."""
    answer = await run_program(PROGRAM, {}, image.content)
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


def reading_order(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Line by line from above, each from the left."""
    return tuple(block for line in lines(blocks) for block in line)


def lines(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks whose middles are clearly less than a line apart stand on one line; photos are never quite straight."""
    found: list[list[Block]] = []
    for block in sorted(blocks, key=lambda one: one.middle):
        line = found[-1] if found else []
        if line and block.middle - median(one.middle for one in line) < _SKEW * min(block.height, line[0].height):
            line.append(block)
        else:
            found.append([block])
    return [sorted(line, key=lambda one: one.box[0]) for line in found]


def _line(line: Sequence[Block]) -> str:
    text = line[0].text
    for before, block in pairwise(line):
        apart = block.box[0] - before.box[2] > _APART * min(before.height, block.height)
        text += ("\t" if apart else " ") + block.text
    return text


def unguessable_mark(texts: Sequence[str]) -> str:
    """Eight hexadecimal digits that stand in none of these texts, so that no image can close the mark around its text.

    They follow from the texts: a request with a seed repeats.
    """
    joined, turn = "\0".join(texts).casefold(), 0
    while (mark := hashlib.blake2b(f"{turn}\0{joined}".encode(), digest_size=4).hexdigest()) in joined:
        turn += 1
    return mark


def quote_text(text: str, mark: str) -> str:
    """The text between marks, cut to `MOST_TEXT`; what looks like a mark of a chat template is broken by a space."""
    harmless = _MARKS.sub(lambda found: f"{found[0]} ", text[:MOST_TEXT])
    return f"<image-text {mark}>\n{harmless}\n</image-text {mark}>"


_READING: TypeAdapter[Reading] = TypeAdapter(Reading)
