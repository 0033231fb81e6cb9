"""The bytes of an uploaded file as clean pixels.

It runs in a program of its own (see `clean` beside it), so that a decoder that fails takes nothing with it.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import IO, Literal

from PIL import Image as Pillow
from PIL import ImageCms, ImageOps

from playground.asking.images.errors import RejectedImage
from providers.errors import ImageError
from providers.image import encode_image, on_white
from providers.types import Image

Kind = Literal["PNG", "JPEG", "WEBP", "GIF", "HEIF"]
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_LOOKED_AT = 1024
_DOUBTFUL = (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, OverflowError, struct.error)
"""What Pillow's readers raise for files that are not what they seem; also its own errors, which are among these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageBounds:
    """What an image may cost. `side` is the longest side that is kept: more than any model here reads."""

    bytes: int = 25 * 10**6
    pixels: int = 25 * 10**6
    frames: int = 1000
    side: int = 3072


def image_kind(content: bytes) -> Kind:
    """By the first bytes alone, never by a name. Raises `ImageError`: "empty", "svg", "heic" or "kind"."""
    if not content:
        raise RejectedImage("empty", file="")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        if find_spec("pillow_heif") is None:
            raise RejectedImage("heic", file="")
        return "HEIF"
    if b"<svg" in content[:_LOOKED_AT].lower():
        raise RejectedImage("svg", file="")
    raise RejectedImage("kind", file="")


def clean_bytes(content: bytes, bounds: ImageBounds) -> Image:
    """The first picture, upright, in sRGB, on white, no larger than `bounds.side`: pixels and nothing else.

    Raises `ImageError`. Its dimensions are read and judged before anything is decoded.
    """
    kind = image_kind(content)
    if len(content) > bounds.bytes:
        raise RejectedImage("bytes", file="", limit=bounds.bytes // 10**6)
    if kind == "HEIF":
        import_module("pillow_heif").register_heif_opener()
    if kind == "GIF" and more_frames(content, bounds.frames):
        raise RejectedImage("frames", file="", limit=bounds.frames)
    Pillow.MAX_IMAGE_PIXELS = None  # our own bound is stricter, and its error has a name
    try:
        with Pillow.open(io.BytesIO(content), formats=[kind]) as picture:
            _check(picture, bounds)
            return encode_image(_upright(picture, bounds), lossless=kind in ("PNG", "GIF"))
    except ImageError:
        raise
    except _DOUBTFUL as error:
        raise RejectedImage("damaged", file="") from error


def _check(picture: Pillow.Image, bounds: ImageBounds) -> None:
    width, height = picture.size
    if width * height > bounds.pixels:
        raise RejectedImage("pixels", file="", width=width, height=height, limit=bounds.pixels // 10**6)
    if picture.format != "GIF" and getattr(picture, "n_frames", 1) > bounds.frames:  # told by the header
        raise RejectedImage("frames", file="", limit=bounds.frames)


def _upright(picture: Pillow.Image, bounds: ImageBounds) -> Pillow.Image:
    picture.draft("RGB", (bounds.side, bounds.side))  # a JPEG is decoded at a half or a quarter where that is enough
    picture.load()
    if picture.mode.startswith("I;16"):
        picture = _eight_bits(picture)
    plain = on_white(_in_srgb(ImageOps.exif_transpose(picture)))
    plain.thumbnail((bounds.side, bounds.side), Pillow.Resampling.LANCZOS)
    return plain


def _eight_bits(picture: Pillow.Image) -> Pillow.Image:
    """Greys of sixteen bits to eight: Pillow itself would cut off all that is brighter than 255."""
    import numpy as np

    smaller = Pillow.fromarray((np.asarray(picture, np.uint16) >> 8).astype(np.uint8))
    smaller.info = {name: value for name, value in picture.info.items() if name != "transparency"}
    return smaller


def _in_srgb(picture: Pillow.Image) -> Pillow.Image:
    """Colours by the picture's own profile, which does not go on; where that cannot be read, as they stand."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK", "L"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return converted or picture


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
