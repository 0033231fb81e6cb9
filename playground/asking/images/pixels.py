"""The one reader of picture files: their pages as plain pixels, upright, in sRGB on white, within bounds.

It is meant for programs that are bounded in memory and time: decoders fail in every way on files of strangers.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Callable, Iterator
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
_BYTES = 6
"""What may be held of each pixel while a picture of the most pixels is decoded: half a gigabyte in all."""
_AT_ONCE = 1_000_000
"""Pixels that are made smaller at a time."""
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
    """What an image may cost. `side` is the longest side that is kept: more than any model here reads. `pixels` are
    those of a PNG; kinds whose decoders hold more of each may have fewer."""

    bytes: int = 25 * 10**6
    pixels: int = 80 * 10**6
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
    with _open_image(content, bounds) as picture:
        return len(_pages(picture, bounds))


def picture_pages(content: bytes, bounds: ImageBounds) -> Iterator[PicturePage]:
    """Every page of a TIFF, the first picture of everything else.

    Raises `ImageError`: "empty", "svg", "heic", "kind", "bytes", "pixels", "frames" or "damaged". Dimensions are read
    and judged before anything is decoded.
    """
    with _open_image(content, bounds) as picture:
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
def _open_image(content: bytes, bounds: ImageBounds) -> Iterator[Pillow.Image]:
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
    (width, height), most = picture.size, bounds.pixels * _BYTES // max(_BYTES, _bytes_held(picture))
    if width * height > most:
        raise RejectedImage("pixels", file="", width=width, height=height, limit=most // 10**6)
    if picture.format not in ("GIF", "TIFF") and getattr(picture, "n_frames", 1) > bounds.frames:  # told by the header
        raise RejectedImage("frames", file="", limit=bounds.frames)


def _bytes_held(picture: Pillow.Image) -> int:
    """Of each pixel, by its decoder; as measured."""
    bands = len(picture.getbands())
    match picture.format:
        case "WEBP":
            return 17
        case "AVIF":
            return 3 * bands + 1
        case "HEIF":
            return 3 * bands
        case "JPEG" if picture.info.get("progressive"):  # all of its numbers are held before there is a picture
            return 2 * bands + 1
        case _:
            return 4


def _plain(picture: Pillow.Image, bounds: ImageBounds) -> Pillow.Image:
    """Smaller first: everything after that costs less."""
    picture.draft("RGB", (bounds.side, bounds.side))  # a JPEG is decoded at a half or a quarter where that is enough
    picture.load()
    whole = _made_smaller(picture, kept_size(*picture.size, bounds.side))
    whole.getexif()[_ORIENTATION] = picture.getexif().get(_ORIENTATION, 1)  # the copy may have lost it
    if whole is not picture:
        picture.im = Pillow.new("L", (1, 1)).im  # its own pixels are let go of: what follows takes memory, too
    return on_white(_in_srgb(ImageOps.exif_transpose(whole)))


def _made_smaller(picture: Pillow.Image, kept: tuple[int, int]) -> Pillow.Image:
    """Eight bits a colour, no palette. The picture itself is all that is ever held in its whole size: it is made
    narrower some rows at a time, and that shorter, which is what Pillow does with all rows at once."""
    eight_bits = _to_eight_bits(picture)
    if kept == picture.size:
        return eight_bits(picture)
    narrow = None
    for top, rows in _strips(picture):
        plain = eight_bits(rows)
        mode = "RGBa" if plain.mode in ("RGBA", "LA") else plain.mode  # what is clear has no colour of its own
        part = plain.convert("RGBA").convert(mode) if mode != plain.mode else plain
        part = part.resize((kept[0], part.height), Pillow.Resampling.LANCZOS)
        if narrow is None:
            narrow = Pillow.new(mode, (kept[0], picture.height), None)
            narrow.info = plain.info
        narrow.paste(part, (0, top))
    assert narrow is not None, "a picture has a row at least"
    narrow = narrow.resize(kept, Pillow.Resampling.LANCZOS)
    return narrow.convert("RGBA") if narrow.mode == "RGBa" else narrow


def _to_eight_bits(picture: Pillow.Image) -> Callable[[Pillow.Image], Pillow.Image]:
    """What makes of this picture, or of a part of it, eight bits a colour without a palette: what can be made smaller
    without damage."""
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        from playground.asking.images.greys import to_eight_bits  # it takes numpy, which few pictures need

        return to_eight_bits(picture.mode, (part for _, part in _strips(picture)))
    return _of_eight_bits


def _of_eight_bits(picture: Pillow.Image) -> Pillow.Image:
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in ("P", "PA"):
        clear = picture.mode == "PA" or "transparency" in picture.info
        return picture.convert("RGBA" if clear else "RGB")
    if picture.mode == "LAB":
        return _convert_to_srgb(picture, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))) or picture
    if picture.mode in ("L", "RGB") and "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture


def _strips(picture: Pillow.Image) -> Iterator[tuple[int, Pillow.Image]]:
    """Where each begins, and its rows: `_AT_ONCE` pixels of them."""
    rows = max(1, _AT_ONCE // picture.width)
    for top in range(0, picture.height, rows):
        yield top, picture.crop((0, top, picture.width, min(top + rows, picture.height)))


def _in_srgb(picture: Pillow.Image) -> Pillow.Image:
    """Colours by the picture's own profile, which does not go on; where that cannot be read, as they stand."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK", "L"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return _convert_to_srgb(picture, source) or picture


def _convert_to_srgb(picture: Pillow.Image, source: ImageCms.ImageCmsProfile) -> Pillow.Image | None:
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
