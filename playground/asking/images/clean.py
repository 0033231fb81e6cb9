"""A visitor's file as an image that may be sent: by its content, upright, and nothing but its pixels."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

from playground.asking.images.bounded import BoundedProgram, run_program
from playground.asking.images.errors import RejectedImage
from playground.asking.images.kinds import image_kind
from playground.asking.images.pixels import ImageBounds
from providers.errors import ImageError
from providers.types import Image, ImageFile

PROGRAM = BoundedProgram(module="playground.asking.images.cleaning_program", memory=2 * 2**30, seconds=20, patience=120)
NAME = 80
"""Characters of a file's name that an error shows."""


async def clean(content: bytes, name: str = "", bounds: ImageBounds = ImageBounds()) -> Image:  # noqa: B008 - frozen
    """The first picture of these bytes, EXIF's orientation applied, in sRGB on white, without any metadata.

    PNG for a PNG, GIF or BMP, else JPEG; a PNG that would be too large to send becomes a JPEG too. `Image.file` says
    what the file was called and how large it was. Decoding happens in a program with bounded memory and time. Raises
    `ImageError` with the file's name: "empty", "bytes", "kind", "svg", "heic", "pixels", "frames", "damaged" or "slow".
    """
    try:
        image_kind(content)
        if len(content) > bounds.bytes:
            raise RejectedImage("bytes", file="", limit=bounds.bytes // 10**6)
        answer = await run_program(PROGRAM, {"bounds": dict(asdict(bounds))}, content)
    except ImageError as error:
        raise name_image(error, name) from None
    file = ImageFile(name, int(str(answer.told["width"])), int(str(answer.told["height"])))
    return Image(answer.content, str(answer.told["mime"]), file)


async def clean_file(file: Path, name: str = "", bounds: ImageBounds = ImageBounds()) -> Image:  # noqa: B008 - frozen
    """As `clean`; a file that is too long is not read."""
    shown = name or file.name
    if (await asyncio.to_thread(file.stat)).st_size > bounds.bytes:
        raise RejectedImage("bytes", file=shown[:NAME], limit=bounds.bytes // 10**6)
    return await clean(await asyncio.to_thread(file.read_bytes), shown, bounds)


def name_image(error: ImageError, name: str) -> ImageError:
    """The same error with the name of the file that it is about."""
    values = {**error.values, "file": name[:NAME] or "?"}
    return RejectedImage(error.reason, **values)
