"""What loaders leave out is told: pictures and objects of office files, formulas without a value, pictures not read."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from playground.asking.upload import Upload
from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.documents import Document, DocumentPage, Omission
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import loader, names, version
from playground.tabs.rag.lab.parsing.parsers import Parsers
from playground.tabs.rag.lab.parsing.reply import ParserReply, check_reply
from playground.tabs.rag.lab.parsing.worker import Died, ParserTask
from playground.tabs.rag.lab.reading.read import ReadOptions, read_file

from .hostile import changed, real


def left_out(name: str, content: bytes) -> list[list[tuple[str, int]]]:
    """By page, kinds and counts."""
    message, _ = read_file(name, content, ReadOptions(DocumentBounds(), ocr=False, member=False))
    pages = check_reply(json.dumps(message).encode(), [], DocumentBounds()).pages
    return [[(one.kind, one.count) for one in page.omissions] for page in pages]


def picture(colour: str) -> io.BytesIO:
    kept = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(kept, "PNG")
    return kept


def test_pictures_of_word_are_counted():
    from docx import Document as Word

    document, kept = Word(), io.BytesIO()
    document.add_paragraph("The plan of the garden:")
    for colour in ("red", "blue", "red"):
        document.add_picture(picture(colour))
    document.save(kept)
    assert left_out("a.docx", kept.getvalue()) == [[("pictures", 2)]]
    assert left_out("b.docx", real("libreoffice.docx")) == [[]]


def test_pictures_and_recordings_of_powerpoint_are_counted_on_their_slides():
    from pptx import Presentation

    show, kept = Presentation(), io.BytesIO()
    for colours in ((), ("red", "green"), ()):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = "Garden"
        for colour in colours:
            slide.shapes.add_picture(picture(colour), 0, 0)
    slide.shapes.add_movie(io.BytesIO(b"film"), 0, 0, 9, 9, poster_frame_image=picture("blue"), mime_type="video/mp4")
    order = show.slides._sldIdLst
    order.insert(0, order[2])
    show.save(kept)
    assert left_out("a.pptx", kept.getvalue()) == [[("pictures", 1), ("objects", 1)], [], [("pictures", 2)]]


def sheets(*formulas: str, colours: tuple[str, ...] = ()) -> bytes:
    from openpyxl import Workbook
    from openpyxl.drawing.image import Image as Drawn

    book, kept = Workbook(), io.BytesIO()
    book.active.append(["Bed", "Seeds"])
    second = book.create_sheet("Second")
    for row, formula in enumerate(formulas, 1):
        second.append([f"bed {row}", formula])
    for place, colour in enumerate(colours):
        second.add_image(Drawn(Image.open(picture(colour))), f"D{place + 1}")
    book.save(kept)
    return kept.getvalue()


def test_formulas_without_a_value_and_pictures_of_sheets_are_counted():
    assert left_out("a.xlsx", sheets("=1+2", "3", "=B1*2", colours=("red", "blue"))) == [
        [],
        [("formulas", 2), ("pictures", 2)],
    ]
    assert left_out("a.xlsx", sheets("7")) == [[], []]


def test_a_book_whose_drawings_are_damaged_is_read():
    content = sheets("7", colours=("red",))
    for noise in (b"<Relation", b"", b"noise"):
        assert left_out("a.xlsx", changed(content, {"xl/drawings/_rels/drawing1.xml.rels": noise})) == [[], []]


def test_a_formula_of_several_cells_is_shown_and_counted():
    with_array = changed(
        content := sheets("=SUM(B1:B2)"),
        {
            "xl/worksheets/sheet2.xml": part(content).replace(
                b"<f>SUM(B1:B2)</f>", b'<f t="array" ref="B1">SUM(C1:C2*D1:D2)</f>'
            )
        },
    )
    message, _ = read_file("a.xlsx", with_array, ReadOptions(DocumentBounds(), ocr=False, member=False))
    assert "=SUM(C1:C2*D1:D2)" in json.dumps(message)
    assert left_out("a.xlsx", with_array) == [[], [("formulas", 1)]]


def part(content: bytes) -> bytes:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("xl/worksheets/sheet2.xml")


PAGE = {"number": 1, "text": "ab", "label": "", "headings": [], "read": False}


def reply(**page: object) -> bytes:
    return json.dumps({"format": "pdf", "pages": [{**PAGE, **page}]}).encode()


def test_a_reply_tells_only_omissions_that_there_are():
    told = check_reply(reply(omissions=[{"kind": "garbled", "count": 1}]), [], DocumentBounds())
    assert told.pages[0].omissions == (Omission(kind="garbled"),)
    for wrong in (
        [{"kind": "spells", "count": 1}],
        [{"kind": "garbled", "count": 0}],
        [{"kind": "garbled"}],
        "garbled",
    ):
        with pytest.raises(Died):
            check_reply(reply(omissions=wrong), [], DocumentBounds())


@pytest.mark.parametrize(
    ("kind", "more"),
    [("no_text", True), ("mostly_picture", True), ("garbled", True), ("pictures", True), ("objects", False)],
)
def test_ocr_is_asked_where_it_may_give_more(kind, more):
    page = DocumentPage(number=1, text="ab", omissions=(Omission(kind=kind),))
    assert ParserReply(format="pdf", pages=(page,)).has_pictures is more
    assert not ParserReply(format="pdf", pages=(DocumentPage(number=1, text="ab"),)).has_pictures


async def test_ocr_that_breaks_off_is_told_of_its_pages(monkeypatch):
    pages = (
        DocumentPage(number=1, text="Reeds.", omissions=(Omission(kind="objects"), Omission(kind="mostly_picture"))),
        DocumentPage(number=2, text="", omissions=(Omission(kind="no_text"),)),
        DocumentPage(number=3, text="Rushes."),
    )

    async def plain(_: ParserTask) -> ParserReply:
        return ParserReply(format="pdf", pages=pages)

    async def slow(_: ParserTask) -> ParserReply:
        raise UnreadableDocument("too_slow", seconds=60)

    async with Parsers() as parsers:
        monkeypatch.setattr(parsers._plain, "ask", plain)
        monkeypatch.setattr(parsers._ocr, "ask", slow)
        (found,) = await parsers.parse(Upload("a.pdf", b"%PDF-"), ocr=True)
    assert isinstance(found, Document)
    assert [[one.kind for one in page.omissions] for page in found.pages] == [
        ["objects", "ocr_failed"],
        ["ocr_failed"],
        [],
    ]
    assert found.version == version("pdf")


def test_every_loader_tells_its_version():
    assert {version(name) for name in names()} <= {1, 2, 3} and version("gone") == 1
    assert version("docx") == loader("docx").VERSION > 1
