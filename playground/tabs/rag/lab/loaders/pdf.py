"""PDF, by PDFium: a page a page, with the titles of its outline as headings, the values of its form and its notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from playground.tabs.rag.lab.documents import BY_OCR, DocumentPage, Heading, Omission, OmissionKind
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Picture, Source
from playground.tabs.rag.lab.reading.cleaning import clean_spaces, one_line
from playground.tabs.rag.lab.reading.garble import is_garbled
from playground.tabs.rag.lab.reading.pdf_fields import field_lines
from playground.tabs.rag.lab.reading.pdf_layout import TextPlaces, is_picture
from playground.tabs.rag.lab.reading.printed_lines import join_lines

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

SUFFIXES = (".pdf",)
VERSION = 2
_OUTLINE = 5000
_DOTS_PER_POINT = 200 / 72
"""200 dots an inch: what small print needs to be read from a picture."""


def claims(source: Source) -> Claim:
    """A PDF may have up to 1024 bytes of anything before its mark; a ZIP archive with a stored PDF in front is none."""
    return Claim.CERTAIN if not source.parts and b"%PDF-" in source.content[:1024] else Claim.NONE


def load(source: Source) -> Iterator[DocumentPage]:
    """Raises `UnreadableDocument`: "encrypted"; "scanned" or "garbled", where no page has text; "too_many_pages"."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source.content)
    except pypdfium2.PdfiumError as error:
        encrypted = "password" in str(error).lower() or "security" in str(error).lower()
        raise UnreadableDocument("encrypted" if encrypted else "damaged") from None
    with document:
        document.init_forms()
        count = len(document)
        if count > source.bounds.pages:
            raise UnreadableDocument("too_many_pages", pages=count, limit=source.bounds.pages)
        outline = _outline(document)
        labelled = bool(count and document.get_page_label(0))  # a document that has labels has one for its first page
        pages = [_page(document, place, outline.get(place, []), labelled) for place in range(count)]
        if source.read is not None:
            pages = list(_read(document, pages, source))
        elif not any(page.text for page in pages):
            raise UnreadableDocument(_without_text(pages))
    yield from pages


def _page(document: PdfDocument, place: int, outline: list[tuple[str, int]], labelled: bool) -> DocumentPage:
    page = document[place]
    words = page.get_textpage()
    places = TextPlaces(words)
    text = join_lines(words.get_text_range(), places.line)
    omitted: OmissionKind | None = None
    if is_garbled(text):
        text, omitted = "", "garbled"
    elif is_picture(page, text, places):
        omitted = "mostly_picture" if text else "no_text"
    text = "\n".join(filter(None, (text, *field_lines(page, words))))
    words.close()
    page.close()
    label = document.get_page_label(place) if labelled else ""
    return DocumentPage(
        number=place + 1,
        text=text,
        label="" if label == str(place + 1) else one_line(label)[:40],
        headings=tuple(_headings(text, outline)),
        omissions=() if omitted is None else (Omission(kind=omitted),),
    )


def _outline(document: PdfDocument) -> dict[int, list[tuple[str, int]]]:
    """Titles with their levels, from 1, by the page they lead to."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for count, mark in enumerate(document.get_toc(max_depth=6)):
        if count >= _OUTLINE:
            break
        place = mark.get_dest()
        index = place.get_index() if place else None
        title = one_line(mark.get_title())
        if index is not None and title:
            found[index].append((title, mark.level + 1))
    return found


def _headings(text: str, outline: list[tuple[str, int]]) -> Iterator[Heading]:
    """Those titles that stand in the text, on a line that begins with them, in order."""
    after = 0
    for title, level in outline:
        start = 0 if after == 0 and text.startswith(title) else text.find(f"\n{title}", max(0, after - 1)) + 1
        if start or text.startswith(title):
            yield Heading(start=start, text=title, level=level)
            after = start + len(title)


def _without_text(pages: list[DocumentPage]) -> str:
    kinds = {one.kind for page in pages for one in page.omissions}
    return "garbled" if "garbled" in kinds else "scanned" if kinds else "empty"


def _read(document: PdfDocument, pages: list[DocumentPage], source: Source) -> Iterator[DocumentPage]:
    """The pages, with the text in pictures of those that are one, as far as the bound goes."""
    pictured = [page.number for page in pages if any(one.kind in BY_OCR for one in page.omissions)]
    within = frozenset(pictured[: source.bounds.ocr_pages])
    if not within and not any(page.text for page in pages):
        raise UnreadableDocument("too_many_pages", pages=len(pictured), limit=source.bounds.ocr_pages)
    for page in pages:
        if page.number in within and source.read is not None:
            found = clean_spaces(source.read(_picture(document[page.number - 1], source.bounds.pixels)))
            yield _with_found(page, found)
        elif page.number in pictured:
            yield replace(page, omissions=(Omission(kind="over_limit"),))
        else:
            yield page


def _with_found(page: DocumentPage, found: str) -> DocumentPage:
    """What was read from the page's picture, and those of its own lines that are not in it."""
    if not found:
        return page if page.omissions[0].kind == "garbled" else replace(page, omissions=())
    seen = _letters(found)
    own = [line for line in page.text.split("\n") if _letters(line) and _letters(line) not in seen]
    return replace(page, text="\n".join((found, *own)), headings=(), read=True, omissions=())


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _picture(page: PdfPage, pixels: int) -> Picture:
    width, height = page.get_size()
    scale = min(_DOTS_PER_POINT, (pixels / max(1.0, width * height)) ** 0.5)
    picture: Picture = page.render(scale=scale, prefer_bgrx=False).to_numpy()
    return picture
