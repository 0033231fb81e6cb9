"""Pictures of text, if somebody asks to read them: what the Vision tab takes too, by the same reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from playground.asking.images.errors import RejectedImage
from playground.asking.images.kinds import SUFFIXES, recognise_picture
from playground.tabs.rag.lab.documents import DocumentPage, Omission
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading.cleaning import clean_spaces
from providers.errors import MissingPackage, PlaygroundError

__all__ = ["SUFFIXES", "VERSION", "claims", "load"]
VERSION = 2
_LOSS = 2
"""Made so many times smaller, a picture may have lost its small print."""


def claims(source: Source) -> Claim:
    return Claim.NONE if recognise_picture(source.content) is None else Claim.CERTAIN


def load(source: Source) -> Iterator[DocumentPage]:
    """A page a page of a TIFF, one of everything else. Pages beyond those whose pictures are read come without text.

    Raises `UnreadableDocument`: "scanned" without OCR, "expands" for more dots than are allowed, which its head tells
    before anything is unpacked, "too_many_pages"; `MissingPackage` for a HEIC photo without the library that reads it.
    """
    import numpy as np

    from playground.asking.images.pixels import ImageBounds, count_pages, picture_pages

    bounds = replace(ImageBounds(), bytes=source.bounds.file_bytes)
    try:
        count, most = count_pages(source.content, bounds), source.bounds.ocr_pages
        if source.read is None:
            raise UnreadableDocument("scanned")
        if most == 0:
            raise UnreadableDocument("too_many_pages", pages=count, limit=most)
        for number, page in enumerate(islice(picture_pages(source.content, bounds), most), start=1):
            text = clean_spaces(source.read(np.asarray(page.pixels)[:, :, ::-1]))
            smaller = page.width * page.height > _LOSS**2 * page.pixels.width * page.pixels.height
            omissions = (Omission(kind="small_print"),) if smaller else ()
            yield DocumentPage(number=number, text=text, read=True, omissions=omissions)
        for number in range(most + 1, count + 1):
            yield DocumentPage(number=number, text="", omissions=(Omission(kind="over_limit"),))
    except RejectedImage as error:
        raise _as_document(error) from error


def _as_document(error: RejectedImage) -> PlaygroundError:
    match error.reason:
        case "pixels":
            return UnreadableDocument("expands", limit=error.values["limit"])
        case "frames":
            return UnreadableDocument("too_many_pages", pages=error.values["limit"], limit=error.values["limit"])
        case "heic":
            return MissingPackage(package="pillow_heif")
    return UnreadableDocument("damaged")
