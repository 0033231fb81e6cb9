"""Files made to hurt: each gets its named error, or is read harmlessly, and the next file is read as if nothing was."""

import asyncio

import pytest

from playground.asking.upload import Rejected, Upload
from playground.tabs.rag.lab.documents import Document
from playground.tabs.rag.lab.parsing import DocumentBounds, Parsers
from tests import fuzz_pictures
from tests.fuzz_documents import fuzzed

from .hostile import HARMLESS, PASSWD, REFUSED, changed, real

TRUNCATED = ("libreoffice.pdf", "libreoffice.docx", "libreoffice.pptx", "libreoffice.xlsx", "libreoffice.epub")


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


@pytest.mark.parametrize("count", [150, pytest.param(10_000, marks=pytest.mark.long)])
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
