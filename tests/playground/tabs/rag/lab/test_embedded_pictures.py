"""Pictures in office files that hold the text: read where that is asked for, told where not."""

import io

import pytest
from PIL import Image

from playground.tabs.rag.lab import loaders
from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.reading.office_pictures import with_pictures
from playground.tabs.rag.lab.reading.read import ReadOptions, read_file

from .hostile import changed, zipped

COLOURS = {"red": "Prohibido fondear", "lime": "Zona de baño", "blue": ""}


def picture(colour: str) -> io.BytesIO:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(kept, "PNG")
    return kept


def seen(dots) -> str:
    """What is said to be written in a picture of that colour."""
    _, green, red = (int(one) for one in dots[5, 5])
    return COLOURS["red" if red > 200 else "lime" if green > 200 else "blue"]


def word(*colours: str, text: str = "") -> bytes:
    from docx import Document

    document, kept = Document(), io.BytesIO()
    document.add_paragraph(text)
    for colour in colours:
        document.add_picture(picture(colour))
    document.save(kept)
    return kept.getvalue()


def load(name: str, content: bytes, read=seen, **bounds):
    source = loaders.Source(name, content, DocumentBounds(**bounds), read)
    format = loaders.recognise(source)
    return with_pictures(source, format, list(loaders.loader(format).load(source)))


def told(pages) -> list[list[tuple[str, int]]]:
    return [[(one.kind, one.count) for one in page.omissions] for page in pages]


def test_what_pictures_say_stands_at_the_end_of_their_page():
    (page,) = load("a.docx", word("red", "blue", "lime", "red", text="Carteles del puerto:"))
    assert page.text == "Carteles del puerto:\n\nProhibido fondear\n\nZona de baño"
    assert not page.read and not page.omissions
    (page,) = load("a.docx", word("lime"))
    assert page.text == "Zona de baño" and page.read
    assert told(load("a.docx", word("red", "lime"), read=None)) == [[("pictures", 2)]]


def test_slides_and_sheets_have_their_own():
    from openpyxl import Workbook
    from openpyxl.drawing.image import Image as Drawn
    from pptx import Presentation

    show, kept = Presentation(), io.BytesIO()
    for colour in ("red", "blue"):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = f"Cartel {colour}"
        slide.shapes.add_picture(picture(colour), 0, 0)
    show.save(kept)
    assert [page.text for page in load("a.pptx", kept.getvalue())] == ["Cartel red\n\nProhibido fondear", "Cartel blue"]
    book, kept = Workbook(), io.BytesIO()
    book.active.append(["Aviso"])
    book.create_sheet("Dos").add_image(Drawn(Image.open(picture("lime"))), "A1")
    book.save(kept)
    assert [page.text for page in load("a.xlsx", kept.getvalue())][1] == "Zona de baño"


def test_one_too_many_and_what_cannot_be_read_are_told():
    content = word("red", "lime", "blue", text="Carteles")
    assert told(load("a.docx", content, ocr_pages=1)) == [[("over_limit", 2)]]
    damaged = changed(content, {"word/media/image1.png": b"\x89PNG\r\n\x1a\n nothing"})
    drawn = changed(content, {"word/media/image1.png": b"\1\0\0\0 a drawing of Windows"})
    for spoilt in (damaged, drawn):
        (page,) = load("a.docx", spoilt)
        assert told([page]) == [[("pictures", 1)]] and page.text == "Carteles\n\nZona de baño"


def test_want_of_memory_is_told_as_such():
    def greedy(_):
        raise MemoryError

    with pytest.raises(MemoryError):
        load("a.docx", word("red"), read=greedy)


def test_a_file_of_pictures_alone_is_called_so():
    message, _ = read_file("a.docx", word("red"), ReadOptions(DocumentBounds(), ocr=False, member=False))
    assert message["failure"] == "document_error.scanned"
    message, _ = read_file("a.docx", word(), ReadOptions(DocumentBounds(), ocr=False, member=False))
    assert message["failure"] == "document_error.empty"


def book(*chapters: str) -> bytes:
    """Of these bodies, with a red, a lime and a blue picture beside them."""
    names = [f"c{number}.xhtml" for number in range(len(chapters))]
    items = "".join(f'<item id="{name}" href="t/{name}" media-type="application/xhtml+xml"/>' for name in names)
    spine = "".join(f'<itemref idref="{name}"/>' for name in names)
    pages = {f"OPS/t/{name}": f"<html><body>{body}</body></html>" for name, body in zip(names, chapters, strict=True)}
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfile full-path="OPS/p.opf"/></container>',
        "OPS/p.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>",
        **pages,
    }
    pictures = {f"OPS/i/{colour}.png": picture(colour).getvalue() for colour in COLOURS}
    return zipped({**{name: part.encode() for name, part in parts.items()}, **pictures})


SHOWN = "<img src='../i/{}.png'/>"
DRAWN = "<svg xmlns:xlink='http://www.w3.org/1999/xlink'><image xlink:href='../i/{}.png'/></svg>"


def test_pictures_of_a_book_are_told_and_read():
    content = book(
        SHOWN.format("blue"),
        f"<h1>Boyas</h1>{SHOWN.format('red')}{SHOWN.format('red')}",
        DRAWN.format("lime") + "<img src='../i/none.png'/>",
        "<p>Fin.</p>",
        SHOWN.format("red"),
    )
    pages = load("a.epub", content, read=None)
    assert [page.text for page in pages] == ["Boyas", "Fin."] and told(pages) == [[("pictures", 1)], [("pictures", 2)]]
    pages = load("a.epub", content)
    assert [page.text for page in pages] == ["Boyas\n\nProhibido fondear", "Zona de baño", "Fin.", "Prohibido fondear"]
    assert [page.read for page in pages] == [False, True, False, True] and told(pages) == [[]] * 4
    assert told(load("a.epub", content, ocr_pages=1)) == [[("over_limit", 1)], [("over_limit", 2)]]
    assert [page.number for page in pages] == [1, 2, 3, 4] and pages[0].headings[0].text == "Boyas"


def test_a_book_of_pictures_alone_is_called_so():
    content = book(SHOWN.format("blue"), SHOWN.format("red"))
    message, _ = read_file("a.epub", content, ReadOptions(DocumentBounds(), ocr=False, member=False))
    assert message["failure"] == "document_error.scanned"
