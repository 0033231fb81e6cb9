"""From a visitor's file, or one of the samples, to a picture."""

from __future__ import annotations

import asyncio
import io
from functools import cache
from pathlib import Path

from PIL import Image as Pillow

from playground.asking.images.clean import clean
from playground.asking.images.pixels import kept_size
from playground.asking.upload import Upload
from playground.languages import closest
from playground.measuring.tasks import languages
from playground.tabs.vision.lab.errors import VisionError
from playground.tabs.vision.lab.questions import PictureQuestion, load
from playground.tabs.vision.visit.values import Picture
from providers.image import encode_image, size
from providers.types import Image

_PREVIEW = 1024
"""Pixels of a preview's longest side, unless it is a strip."""
_THUMBNAIL = 160
_DESCRIPTIONS = (
    b"Exif\0\0",
    b"eXIf",
    b"EXIF",
    b"//ns.adobe.com/xap/",
    b"XMP ",
    b"8BIM",
    b"tEXt",
    b"iTXt",
    b"zTXt",
)
"""Marks of EXIF, XMP, IPTC and PNG's texts. Found or not, nothing of the kind goes on."""


async def picture_of(file: Upload) -> Picture:
    """Cleaned. Raises `ImageError` with the file's name."""
    image = await clean(file.content, file.name)
    width, height = size(image)
    preview = await asyncio.to_thread(_preview, image)
    described = any(mark in file.content for mark in _DESCRIPTIONS)
    return Picture(name=file.name, image=image, width=width, height=height, preview=preview, described=described)


def _preview(image: Image, side: int = _PREVIEW) -> Image:
    with Pillow.open(io.BytesIO(image.content)) as opened:
        kept = kept_size(*opened.size, side)
        if kept == opened.size:
            return image
        smaller = opened.convert("RGB").resize(kept, Pillow.Resampling.LANCZOS)
    return encode_image(smaller, lossless=False)


@cache
def thumbnail(name: str) -> Image:
    """A sample image, small. Raises `VisionError("sample")`."""
    return _preview(Image(sample(name).content, ""), _THUMBNAIL)


@cache
def samples(language: str) -> dict[str, tuple[PictureQuestion, ...]]:
    """The sample images by their files' names, each with its questions in that language (else English)."""
    found: dict[str, tuple[PictureQuestion, ...]] = {}
    for question in load(closest(language, languages())):
        found[question.image.name] = (*found.get(question.image.name, ()), question)
    return found


def questions_of(name: str, language: str) -> tuple[PictureQuestion, ...]:
    """Those of a sample image, in that language where it has some; none for a visitor's own image."""
    return next((found[name] for found in map(samples, (language, *languages())) if name in found), ())


def sample(name: str) -> Upload:
    """One of the sample images. Raises `VisionError("sample")` for a name that is none of theirs."""
    known: dict[str, Path] = {one.image.name: one.image for language in languages() for one in load(language)}
    if name not in known:
        raise VisionError("sample")
    return Upload(name, known[name].read_bytes())
