"""The bytes of an uploaded file as clean pixels.

It runs in a program of its own (see `clean` beside it), so that a decoder that fails takes nothing with it.
"""

from __future__ import annotations

from playground.asking.images.kinds import image_kind
from playground.asking.images.pixels import ImageBounds, picture_pages
from providers.image import encode_image
from providers.types import Image, ImageFile

_EXACT = ("PNG", "GIF", "BMP")
"""Kinds whose pixels are as they were drawn: they stay so where there is room."""


def clean_bytes(content: bytes, bounds: ImageBounds) -> Image:
    """The first picture, upright, in sRGB, on white, within `kept_size`: pixels and nothing else.

    Raises `ImageError`. Its dimensions are read and judged before anything is decoded.
    """
    page = next(picture_pages(content, bounds))
    image = encode_image(page.pixels, lossless=image_kind(content) in _EXACT)
    return Image(image.content, image.mime, ImageFile("", page.width, page.height))
