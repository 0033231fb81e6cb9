"""The one reader of picture files: their pages as plain pixels, upright, in sRGB on white, within bounds.

It is meant for programs that are bounded in memory and time: decoders fail in every way on files of strangers.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import IO

from PIL import Image as Pillow
from PIL import ImageCms, ImageOps
from PIL.TiffImagePlugin import TiffImageFile

from playground.asking.images.errors import RejectedImage
from playground.asking.images.kinds import image_kind
from providers.errors import ImageError
from providers.image import on_white

STRIP = 4
"""A picture more than so many times as long as wide, such as a long screenshot, is judged by its area."""
_LONGEST = 48_000
"""Pixels of a strip's longest side: within what a JPEG can have."""
_ORIENTATION = 0x0112
"""EXIF's number for how the picture is to be turned."""
_SUBFILE = 254
"""TIFF's number for what a page is: an odd value says that it is another one, made smaller."""
_DOUBTFUL = (
    *(OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, OverflowError, struct.error),
    *(RuntimeError, ZeroDivisionError, AttributeError),
)
"""What Pillow's readers, and libheif's, raise for files that are not what they seem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageBounds:
    """What an image may cost. `side` is the longest side that is kept: more than any model here reads."""

    bytes: int = 25 * 10**6
    pixels: int = 120 * 10**6
    frames: int = 1000
    side: int = 3072


@dataclass(frozen=True, slots=True)
class PicturePage:
    """A page. `pixels` is RGB; `width` and `height` are those that it has in the file, upright."""

    pixels: Pillow.Image
    width: int
    height: int


def kept_size(width: int, height: int, side: int) -> tuple[int, int]:
    """What is kept of a picture: its longest side within `side`; of a strip, as many pixels as a square of it has."""
    share = side / max(width, height)
    if max(width, height) > STRIP * min(width, height):
        share = min(math.sqrt(side * side / (width * height)), _LONGEST / max(width, height))
    share = min(1.0, share)
    return max(1, round(width * share)), max(1, round(height * share))


def count_pages(content: bytes, bounds: ImageBounds) -> int:
    """From the headers alone: a TIFF's pages, and 1 for everything else. Raises what `picture_pages` raises."""
    with _opened(content, bounds) as picture:
        return len(_pages(picture, bounds))


def picture_pages(content: bytes, bounds: ImageBounds) -> Iterator[PicturePage]:
    """Every page of a TIFF, the first picture of everything else.

    Raises `ImageError`: "empty", "svg", "heic", "kind", "bytes", "pixels", "frames" or "damaged". Dimensions are read
    and judged before anything is decoded.
    """
    with _opened(content, bounds) as picture:
        for place in _pages(picture, bounds):
            if picture.format == "TIFF":  # a burst of photos stands at its chosen one, which is not always the first
                picture.seek(place)
            _check(picture, bounds)
            width, height = picture.size
            pixels = _plain(picture, bounds)
            if (width > height) != (pixels.width > pixels.height):
                width, height = height, width
            yield PicturePage(pixels, width, height)


@contextmanager
def _opened(content: bytes, bounds: ImageBounds) -> Iterator[Pillow.Image]:
    kind = image_kind(content)
    if len(content) > bounds.bytes:
        raise RejectedImage("bytes", file="", limit=bounds.bytes // 10**6)
    if kind == "HEIF":
        import_module("pillow_heif").register_heif_opener(
            thumbnails=False, depth_images=False, aux_images=False, decode_threads=2
        )
    if kind == "GIF" and more_frames(content, bounds.frames):
        raise RejectedImage("frames", file="", limit=bounds.frames)
    Pillow.MAX_IMAGE_PIXELS = None  # our own bound is stricter, and its error has a name
    try:
        with Pillow.open(io.BytesIO(content), formats=[kind]) as picture:
            _check(picture, bounds)
            yield picture
    except ImageError:
        raise
    except _DOUBTFUL as error:
        raise RejectedImage("damaged", file="") from error


def _pages(picture: Pillow.Image, bounds: ImageBounds) -> tuple[int, ...]:
    """Their places, one looked up after the other, since a TIFF does not say how many it has; previews left out."""
    if not isinstance(picture, TiffImageFile):
        return (0,)
    found: list[int] = []
    for place in range(bounds.frames + 1):
        try:
            picture.seek(place)
        except EOFError:
            picture.seek(0)
            return tuple(found)
        if not found or not int(picture.tag_v2.get(_SUBFILE, 0)) & 1:
            found.append(place)
    raise RejectedImage("frames", file="", limit=bounds.frames)


def _check(picture: Pillow.Image, bounds: ImageBounds) -> None:
    width, height = picture.size
    if width * height > bounds.pixels:
        raise RejectedImage("pixels", file="", width=width, height=height, limit=bounds.pixels // 10**6)
    if picture.format not in ("GIF", "TIFF") and getattr(picture, "n_frames", 1) > bounds.frames:  # told by the header
        raise RejectedImage("frames", file="", limit=bounds.frames)


def _plain(picture: Pillow.Image, bounds: ImageBounds) -> Pillow.Image:
    """Smaller first: everything after that costs less."""
    picture.draft("RGB", (bounds.side, bounds.side))  # a JPEG is decoded at a half or a quarter where that is enough
    picture.load()
    whole = _of_eight_bits(picture)
    kept = kept_size(*whole.size, bounds.side)
    if kept != whole.size:
        whole = whole.resize(kept, Pillow.Resampling.LANCZOS, reducing_gap=3.0)
    whole.getexif()[_ORIENTATION] = picture.getexif().get(_ORIENTATION, 1)  # the copy may have lost it
    return on_white(_in_srgb(ImageOps.exif_transpose(whole)))


def _of_eight_bits(picture: Pillow.Image) -> Pillow.Image:
    """Eight bits a colour and no palette: what can be made smaller without damage."""
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        return _grey(picture)
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in ("P", "PA"):
        clear = picture.mode == "PA" or "transparency" in picture.info
        return picture.convert("RGBA" if clear else "RGB")
    if picture.mode == "LAB":
        return _converted(picture, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))) or picture
    if picture.mode in ("L", "RGB") and "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture


def _grey(picture: Pillow.Image) -> Pillow.Image:
    """Greys of more bits: Pillow itself would cut off all that is brighter than 255.

    Sixteen bits are sixteen bits, unless nothing in them is brighter than twelve can say; other numbers are taken
    from their darkest to their brightest.
    """
    import numpy as np

    if picture.mode.startswith("I;16"):
        values = np.asarray(picture, np.uint16)
        bits = int(values.max(initial=0)).bit_length()
        eight = (values >> (max(0, bits - 8) if bits <= 12 else 8)).astype(np.uint8)
    else:
        numbers = np.nan_to_num(np.asarray(picture, np.float64), posinf=0.0, neginf=0.0)
        low, high = float(numbers.min()), float(numbers.max())
        eight = ((numbers - low) * (255 / ((high - low) or 1))).astype(np.uint8)
    smaller = Pillow.fromarray(eight)
    smaller.info = {name: value for name, value in picture.info.items() if name != "transparency"}
    return smaller


def _in_srgb(picture: Pillow.Image) -> Pillow.Image:
    """Colours by the picture's own profile, which does not go on; where that cannot be read, as they stand."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK", "L"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return _converted(picture, source) or picture


def _converted(picture: Pillow.Image, source: ImageCms.ImageCmsProfile) -> Pillow.Image | None:
    try:
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def more_frames(content: bytes, most: int) -> bool:
    """Whether a GIF has more pictures than that: walks over its blocks, decodes nothing, ends at the bound."""
    walk, frames = io.BytesIO(content), 0
    head = walk.read(13)
    if len(head) < 13:
        return False
    _skip_colours(walk, head[10])
    while mark := walk.read(1):
        if mark == b"\x2c":
            frames += 1
            if frames > most:
                return True
            described = walk.read(9)
            if len(described) < 9:
                return False
            _skip_colours(walk, described[8])
            walk.read(1)
        elif mark == b"\x21":
            walk.read(1)
        else:
            return False
        _skip_blocks(walk)
    return False


def _skip_colours(walk: IO[bytes], flags: int) -> None:
    if flags & 0x80:
        walk.seek(3 * 2 ** ((flags & 7) + 1), io.SEEK_CUR)


def _skip_blocks(walk: IO[bytes]) -> None:
    while (length := walk.read(1)) not in (b"", b"\0"):
        walk.seek(length[0], io.SEEK_CUR)
