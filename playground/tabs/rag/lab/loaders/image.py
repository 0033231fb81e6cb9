"""Pictures of text, if somebody asks to read them: PNG, JPEG, WebP, TIFF, BMP."""

from __future__ import annotations

import io
from collections.abc import Iterator

from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading.cleaning import clean_spaces

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
VERSION = 2
_MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP")


def claims(source: Source) -> Claim:
    head = source.content[:16]
    bitmap = head.startswith(b"BM") and source.suffix == ".bmp"
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    return Claim.CERTAIN if head.startswith(_MARKS) or bitmap or webp else Claim.NONE


def load(source: Source) -> Iterator[DocumentPage]:
    """One page. Raises `UnreadableDocument`: "scanned" without OCR, "expands" for more dots than are allowed, which its
    head tells before anything is unpacked."""
    import numpy as np
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # bounded here
    with Image.open(io.BytesIO(source.content), formats=_FORMATS) as picture:
        if picture.width * picture.height > source.bounds.pixels:
            raise UnreadableDocument("expands", limit=source.bounds.pixels // 1_000_000)
        if source.read is None:
            raise UnreadableDocument("scanned")
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    yield DocumentPage(number=1, text=clean_spaces(source.read(np.asarray(upright)[:, :, ::-1].copy())), read=True)
