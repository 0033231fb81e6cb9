"""Which picture a file is, by its first bytes alone, never by a name. Imports no library."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

from playground.asking.images.errors import RejectedImage

Kind = Literal["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "HEIF", "AVIF"]
"""As Pillow calls them."""
SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp"),
    *(".heic", ".heif", ".avif"),
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_TIFF_MARKS = {b"II*\0": "little", b"MM\0*": "big", b"II+\0": "little", b"MM\0+": "big"}
_BMP_HEADS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
"""Lengths of a bitmap's second header, by its versions."""
_LOOKED_AT = 1024


def image_kind(content: bytes) -> Kind:
    """Raises `ImageError`: "empty", "svg", "heic" (without the library that reads it) or "kind"."""
    if not content:
        raise RejectedImage("empty", file="")
    kind = recognise_picture(content)
    if kind == "HEIF" and find_spec("pillow_heif") is None:
        raise RejectedImage("heic", file="")
    if kind is None:
        raise RejectedImage("svg" if b"<svg" in content[:_LOOKED_AT].lower() else "kind", file="")
    return kind


def recognise_picture(content: bytes) -> Kind | None:
    """`None` where it is no picture."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        return _of_brands(content)
    if _is_tiff(content[:16]):
        return "TIFF"
    return "BMP" if _is_bitmap(content[:18]) else None


def _of_brands(content: bytes) -> Kind | None:
    """ "mif1" is any picture of this family: the brands after it say which."""
    length = min(int.from_bytes(content[:4], "big"), _LOOKED_AT)
    brands = [content[place : place + 4] for place in (8, *range(16, length - 3, 4))]
    if brands[0] in _AVIF_BRANDS or (brands[0] in (b"mif1", b"msf1") and _AVIF_BRANDS.intersection(brands)):
        return "AVIF"
    return "HEIF" if brands[0] in _HEIC_BRANDS else None


def _is_tiff(head: bytes) -> bool:
    """Its mark, and a first page that does not lie within the header."""
    order = _TIFF_MARKS.get(head[:4])
    if order is None:
        return False
    big = b"+" in head[:4]
    place = head[8:16] if big else head[4:8]
    return int.from_bytes(place, "little" if order == "little" else "big") >= 8


def _is_bitmap(head: bytes) -> bool:
    """Two letters are no mark: a text may begin with them."""
    return head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADS
