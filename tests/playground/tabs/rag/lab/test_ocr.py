"""Reading text in pictures, with the real models, in a process of its own."""

import asyncio
import io

import pytest
from PIL import Image

from playground.asking.upload import Rejected, Upload
from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.documents import Document
from playground.tabs.rag.lab.parsing import Parsers
from tests.playground.drawn_text import page, saved

from .hostile import png_bomb, real

SENTENCES = "El buzón del señor Núñez es amarillo.\n¿Quién trajo la cigüeña en 1926?"


def white() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(picture, "PNG")
    return picture.getvalue()


@pytest.fixture(scope="module")
def parsers():
    """One process for all: it takes seconds to have the models in memory."""
    shared = Parsers(DocumentBounds(ocr_seconds=600))
    yield shared
    asyncio.run(shared.aclose())


async def test_a_scan_and_a_picture_are_read_only_when_asked(parsers):
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


LEFT = """El club de ajedrez se cita
cada jueves por la tarde en
el aula de dibujo, junto a la
biblioteca del segundo piso.""".splitlines()
RIGHT = """La huerta escolar busca a dos
familias para regar durante
las vacaciones de primavera,
de lunes a viernes, temprano.""".splitlines()


async def test_pictures_of_every_kind_are_read_as_a_reader_would(parsers):
    """A sheet in two columns, words on nothing, a phone's photo, two pages."""
    rows = [(20, 76 + 30 * row, words) for row, words in enumerate(LEFT)]
    rows += [(400, 76 + 30 * row, words) for row, words in enumerate(RIGHT)]
    columns = page((760, 220), [(150, 20, "HOJA SEMANAL DEL COLEGIO"), *rows], 24)
    clear = page((400, 200), [(30, 40, "Taller de cometas")], 32, "RGBA")
    sheets = [page((400, 200), [(30, 40, words)], 32) for words in ("Tema uno: el roble", "Tema dos: el haya")]
    uploads = {
        "hoja.png": saved(columns, "PNG"),
        "cometas.png": saved(clear, "PNG"),
        "foto.heic": saved(sheets[0], "HEIF"),
        "temas.tiff": saved(sheets[0], "TIFF", sheets[1:]),
    }
    read = {}
    for name, content in uploads.items():
        (found,) = await parsers.parse(Upload(name, content), ocr=True)
        assert isinstance(found, Document), found
        read[name] = [one.text for one in found.pages]
    assert read == {
        "hoja.png": ["\n".join(["HOJA SEMANAL DEL COLEGIO", *LEFT, *RIGHT])],
        "cometas.png": ["Taller de cometas"],
        "foto.heic": ["Tema uno: el roble"],
        "temas.tiff": ["Tema uno: el roble", "Tema dos: el haya"],
    }


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
