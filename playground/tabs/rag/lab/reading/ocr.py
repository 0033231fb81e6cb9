"""Reading the text in a picture, as loaders ask for it."""

from __future__ import annotations

from functools import cache

from playground.tabs.rag.lab.loaders import Picture, PictureReader


@cache
def picture_reader() -> PictureReader:
    """Loads the models, about a second. Raises `ImportError` where RapidOCR is not installed."""
    from playground.asking.images.ocr import read_blocks, text_finder
    from playground.asking.images.reading_order import text_of

    find = text_finder()

    def read(picture: Picture) -> str:
        return text_of(read_blocks(picture, find), gap=" ")

    return read
