"""Reading text in pictures, with the real models, in a process of its own."""

import io

import pytest
from PIL import Image

from playground.asking.upload import Rejected, Upload
from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.documents import Document
from playground.tabs.rag.lab.parsing import Parsers

from .hostile import png_bomb, real

SENTENCES = "El buzón del señor Núñez es amarillo.\n¿Quién trajo la cigüeña en 1926?"


def white() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(picture, "PNG")
    return picture.getvalue()


async def test_a_scan_and_a_picture_are_read_only_when_asked():
    async with Parsers(DocumentBounds(ocr_seconds=600)) as parsers:
        for name, format in (("chromium_scanned.pdf", "pdf"), ("chromium_picture.png", "image")):
            (refused,) = await parsers.parse(Upload(name, real(name)))
            assert isinstance(refused, Rejected) and refused.failure.key == "document_error.scanned"
            (found,) = await parsers.parse(Upload(name, real(name)), ocr=True)
            assert isinstance(found, Document), found
            (page,) = found.pages
            assert page.text == SENTENCES and page.read and found.format == format and found.language == "es"
        (found,) = await parsers.parse(Upload("white.png", white()), ocr=True)
        assert isinstance(found, Rejected) and found.failure.key == "document_error.unread"
        (found,) = await parsers.parse(Upload("bomb.png", png_bomb()), ocr=True)
        assert isinstance(found, Rejected) and found.failure.key == "document_error.expands"


async def test_text_that_is_there_is_not_read_again():
    async with Parsers() as parsers:
        (found,) = await parsers.parse(Upload("a.pdf", real("libreoffice.pdf")), ocr=True)
        assert isinstance(found, Document) and not found.pages[0].read
        assert parsers._ocr._workers[0]._child is None


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [(DocumentBounds(ocr_seconds=0.01), "too_slow"), (DocumentBounds(ocr_pages=0), "too_many_pages")],
)
async def test_it_has_bounds_of_its_own(bounds, reason):
    async with Parsers(bounds) as parsers:
        (found,) = await parsers.parse(Upload("a.pdf", real("chromium_scanned.pdf")), ocr=True)
        assert isinstance(found, Rejected) and found.failure.key == f"document_error.{reason}"
