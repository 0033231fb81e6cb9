"""Files made to hurt: each gets its named error, or is read harmlessly, and the next file is read as if nothing was."""

import asyncio

import pytest

from playground.asking.upload import Rejected, Upload
from playground.tabs.rag.lab.documents import Document
from playground.tabs.rag.lab.parsing import DocumentBounds, Parsers
from tests import fuzz_pictures
from tests.fuzz_documents import fuzzed

from .hostile import (
    LAUGHS,
    PASSWD,
    W,
    changed,
    laughing,
    pdf_bomb,
    pdf_of_itself,
    png_bomb,
    real,
    word,
    zipped,
)

MB = 2**20
WIDE = LAUGHS.replace("?>", ' encoding="utf-16"?>', 1) + f"]><w:document {W}><w:p>&j;</w:p></w:document>"
TRUNCATED = ("libreoffice.pdf", "libreoffice.docx", "libreoffice.pptx", "libreoffice.xlsx", "libreoffice.epub")
SHEETS = [f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3)]
GIF_BOMB = (
    b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff"  # 65,535 pixels each way, in two colours
    b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;"
)
EMPTY_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
REFUSED = {
    "bomb.zip": ("expands", lambda: zipped({"a.txt": bytes(201 * MB)})),
    "nested.zip": ("archive", lambda: zipped({"again.zip": zipped({"a.txt": b"x"})})),
    "bomb.docx": ("expands", lambda: changed(real("pandoc.docx"), {"word/media/a.bin": bytes(201 * MB)})),
    "memory.docx": ("memory", lambda: word("<w:p/>" * 8_000_000)),
    "deep.docx": ("damaged", lambda: word("<w:tbl><w:tr><w:tc>" * 20_000 + "</w:tc></w:tr></w:tbl>" * 20_000)),
    "laughs.docx": ("entities", lambda: laughing("docx")),
    "laughs.xlsx": ("entities", lambda: laughing("xlsx")),
    "laughs.pptx": ("entities", lambda: laughing("pptx")),
    "laughs.epub": ("entities", lambda: laughing("epub")),
    "wide.docx": ("entities", lambda: changed(real("pandoc.docx"), {"word/document.xml": WIDE.encode("utf-16")})),
    "passwd.docx": ("entities", lambda: laughing("docx", PASSWD)),
    "passwd.epub": ("entities", lambda: laughing("epub", PASSWD)),
    "bomb.pdf": ("crashed", pdf_bomb),
    "itself.pdf": ("too_many_pages", pdf_of_itself),
    "line.txt": ("too_long", lambda: b"word " * (10 * MB)),
    "large.txt": ("too_large", lambda: b"word " * (11 * MB)),
    "bomb.png": ("expands", png_bomb),
    "bomb.gif": ("expands", lambda: GIF_BOMB),
    "deep.json": ("nested", lambda: b"[" * 100_000),
    "deeper.json": ("nested", lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "deep.html": ("empty", lambda: b"<html><body>" + b"<div>" * 100_000 + b"lost"),
    "tags.html": ("empty", lambda: b"<html><body>" + b'<a href="' * 100_000),
    "zeros.txt": ("empty", lambda: bytes(1000)),
    "unseen.txt": ("empty", lambda: "\u200b\u200d\ufeff\u2060".encode() * 50),
    "nothing.pdf": ("empty", lambda: b""),
    "blanks.xlsx": ("empty", lambda: changed(real("libreoffice.xlsx"), dict.fromkeys(SHEETS, EMPTY_SHEET))),
    "old.doc": ("unsupported", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)),
    "program.txt": ("unsupported", lambda: b"\x7fELF\2\1\1" + bytes(range(256)) * 40),
    "locked.zip.pdf": ("encrypted", lambda: real("libreoffice_encrypted.pdf")),
}
HARMLESS = {
    "cell.xlsx": lambda: changed(
        real("libreoffice.xlsx"),
        {
            "xl/worksheets/sheet3.xml": b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            b'<sheetData><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>'
        },
    ),
    "quotes.csv": lambda: b'a,b\n"' + b"x," * 400_000,
    "letters.txt": lambda: b"a" * 5_000_000,
    "fences.md": lambda: b"`" * 5_000_000,
    "stars.md": lambda: b"# " + b"[*" * 200_000,
    "blanks.md": lambda: b"a" + b" " * 2_000_000 + b"b",
}


async def parsed(parsers: Parsers, name: str, content: bytes, ocr: bool = False) -> Document | Rejected:
    (found,) = await parsers.parse(Upload(name, content), ocr=ocr)
    return found


@pytest.fixture(scope="module")
def parsers():
    """The same process for all, as long as it lives. How long they take is not the point, and the machine is busy."""
    shared = Parsers(DocumentBounds(seconds=120))
    yield shared
    asyncio.run(shared.aclose())


async def test_each_is_refused_by_name_and_the_next_file_is_read(parsers):
    told, after = {}, []
    for name, (_, build) in REFUSED.items():
        found = await parsed(parsers, name, build())
        told[name] = found.failure.key if isinstance(found, Rejected) else found.pages[0].text[:80]
        after.append(await parsed(parsers, "good.txt", b"As if nothing had been."))
    assert told == {name: f"document_error.{reason}" for name, (reason, _) in REFUSED.items()}
    assert all(isinstance(good, Document) for good in after)


async def test_each_is_read_in_time(parsers):
    for name, build in HARMLESS.items():
        found = await parsed(parsers, name, build())
        assert isinstance(found, Document), found


@pytest.mark.parametrize("name", TRUNCATED)
async def test_half_a_file_is_damaged(parsers, name):
    content = real(name)
    for length in (len(content) // 2, 300):
        found = await parsed(parsers, name, content[:length])
        assert isinstance(found, Rejected) and found.failure.key == "document_error.damaged"


async def test_entities_of_text_files_are_not_followed(parsers):
    for name, content in {
        "a.html": PASSWD + "]><html><body><p>before &j; after</p></body></html>",
        "a.xhtml": "<!DOCTYPE html [<!ENTITY j SYSTEM 'file:///etc/passwd'>]><html><p>before &j; after</p></html>",
        "a.xml": PASSWD + "]><r>before &j; after</r>",
    }.items():
        found = await parsed(parsers, name, content.encode())
        assert isinstance(found, Document)
        assert "before" in found.pages[0].text and "root:" not in found.pages[0].text


async def test_a_chapters_entities_are_not_followed(parsers):
    chapter = PASSWD + '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>before &j; after</p></body></html>'
    book = changed(real("pandoc.epub"), {"EPUB/text/ch001.xhtml": chapter.encode()})
    found = await parsed(parsers, "a.epub", book)
    assert isinstance(found, Rejected) or not any("root:" in page.text for page in found.pages)


async def test_links_and_pictures_are_text_and_nothing_is_fetched(parsers):
    """The process has no network (see `test_parsing`); here, that addresses do no harm to the text."""
    page = b'<html><body><p>Look: <img src="http://127.0.0.1:9/pixel.png" alt="a cat"> here and <a href="http://[">there</a></p>'
    found = await parsed(parsers, "a.html", page + b'<iframe src="http://127.0.0.1:9/"></iframe></body></html>')
    assert isinstance(found, Document) and "Look:" in found.pages[0].text and "127.0.0.1" not in found.pages[0].text


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.long)])
async def test_damaged_uploads(count):
    """`python -m tests.fuzz_documents` does it with other seeds."""
    outcomes = await fuzzed(count, seed=20261121)
    assert outcomes.total() >= count
    assert outcomes["read"] > count / 5 and outcomes["damaged"] > count / 10


@pytest.mark.parametrize("count", [150, pytest.param(10_000, marks=pytest.mark.long)])
def test_damaged_pictures(count):
    """`python -m tests.fuzz_pictures` does it with other seeds."""
    outcomes = fuzz_pictures.fuzzed(count, seed=20261129)
    assert outcomes.total() == count and not outcomes["ended"]
    assert outcomes["read"] > count / 10 and outcomes["damaged"] > count / 10
