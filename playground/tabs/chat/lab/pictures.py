"""Images that go along with a message: as models are sent them, and small as a page shows them."""

from __future__ import annotations

import asyncio
import base64
import io
from dataclasses import dataclass, replace
from typing import Annotated

from PIL import Image as Pillow
from pydantic import BeforeValidator, PlainSerializer

from playground.asking.images.clean import clean
from playground.asking.images.pixels import ImageBounds
from providers.types import Image, ImageFile

MOST = 4
"""Images of one message."""
SIDE = 2048
"""Pixels of the longest side that are kept: no model of the catalogue reads more."""
_SMALL = (480, 320)
_QUALITY = 80
_KINDS = ("image/png", "image/jpeg")


def _pair(image: Image) -> list[str]:
    return [image.mime, base64.b64encode(image.content).decode()]


def _image(value: object) -> object:
    """A pair as `_pair` writes it. Raises `ValueError` for another kind of image or damaged base64."""
    if not isinstance(value, list):
        return value
    mime, encoded = value
    if mime not in _KINDS or not isinstance(encoded, str):
        raise ValueError("no image")
    return Image(base64.b64decode(encoded, validate=True), mime)


Encoded = Annotated[Image, PlainSerializer(_pair), BeforeValidator(_image)]
"""In JSON a pair: type and base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePicture:
    """`image` has been cleaned (see `playground.asking.images`); `small` is the same within 480 × 320 pixels."""

    image: Encoded
    small: Encoded
    name: str = ""
    """What the visitor's file was called."""

    @property
    def named_image(self) -> Image:
        """`image` with that name for messages about it, where it was kept without."""
        known = self.image.file is not None or not self.name
        return self.image if known else replace(self.image, file=ImageFile(self.name))


async def picture_of(content: bytes, name: str) -> MessagePicture:
    """A visitor's file. Raises `ImageError`, as `clean`."""
    image = await clean(content, name, ImageBounds(side=SIDE))
    return MessagePicture(image=image, small=await asyncio.to_thread(_smaller, image), name=name)


def _smaller(image: Image) -> Image:
    written = io.BytesIO()
    with Pillow.open(io.BytesIO(image.content)) as opened:
        small = opened.convert("RGB")
    small.thumbnail(_SMALL, Pillow.Resampling.LANCZOS)
    small.save(written, "JPEG", quality=_QUALITY)
    return Image(written.getvalue(), "image/jpeg")
