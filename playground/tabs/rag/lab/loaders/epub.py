"""EPUB: a page a chapter, in the order in which the book is read."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from playground.tabs.rag.lab.documents import DocumentPage, Omission, OmissionKind
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading import zipped
from playground.tabs.rag.lab.reading.html_text import name_of, show_labels
from playground.tabs.rag.lab.reading.html_writer import HtmlWriter
from playground.tabs.rag.lab.reading.mathml import show_formulas
from playground.tabs.rag.lab.reading.page_writer import PageWriter
from playground.tabs.rag.lab.reading.picture_texts import PictureTexts

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

SUFFIXES = (".epub",)
VERSION = 2
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PICTURES = frozenset({"img", "image"})
_PAGES = frozenset({"application/xhtml+xml", "text/html"})


def claims(source: Source) -> Claim:
    return Claim.CERTAIN if _CONTAINER in source.parts else Claim.NONE


def load(source: Source) -> Iterator[DocumentPage]:
    """Chapters without text are no pages: their pictures, but for the cover's, count as those of the page beside them.

    Raises `UnreadableDocument("encrypted")`.
    """
    archive = zipped.open_checked(source.content, source.bounds)
    if _protected(archive):
        raise UnreadableDocument("encrypted")
    texts, last, unread = PictureTexts(source), None, 0
    for place, name in enumerate(_chapters(archive)):
        number = last.number + 1 if last is not None else 1
        page, pictures = _chapter(archive, name, number, source.bounds.characters)
        said = [texts.text(archive, one) for one in pictures]
        text = "\n\n".join(filter(None, (page.text, *said)))
        unread += said.count(None) if page.text or place else 0
        if text:
            if last is not None:
                yield last
            last, unread = _note_unread(replace(page, text=text, read=not page.text), unread, texts), 0
    if last is not None or unread:
        yield _note_unread(last or DocumentPage(number=1, text=""), unread, texts)


def _note_unread(page: DocumentPage, unread: int, texts: PictureTexts) -> DocumentPage:
    """With so many pictures more that were not read."""
    unread += sum(one.count for one in page.omissions)
    kind: OmissionKind = "over_limit" if texts.full else "pictures"
    return replace(page, omissions=(Omission(kind=kind, count=unread),) if unread else ())


def _chapter(archive: zipfile.ZipFile, name: str, number: int, most: int) -> tuple[DocumentPage, list[str]]:
    """Its page, and the names of the pictures in it that there are."""
    from lxml import html

    writing, content = PageWriter(most), archive.read(name)
    if not content.strip():
        return writing.page(number), []
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    root = html.document_fromstring(_in_utf8(content), parser=parser)
    shown = (one.get("src") or one.get("xlink:href") for one in root.iter() if name_of(one) in _PICTURES)
    pictures = dict.fromkeys(_beside(name, href) for href in shown if href)
    show_labels(root)
    show_formulas(root)
    HtmlWriter(writing).write(root.find("body") if root.find("body") is not None else root)
    page = writing.page(number)
    label = page.headings[0].text if page.headings else root.findtext(".//title") or ""
    known = archive.NameToInfo
    return writing.page(number, label[:80]), [one for one in pictures if one in known and not one.endswith(".svg")]


def _beside(name: str, href: str) -> str:
    """The name of the part that another one calls so."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(href.partition("#")[0])))


def _chapters(archive: zipfile.ZipFile) -> Iterator[str]:
    """The names of the parts, from the package's spine."""
    container = _xml(archive, _CONTAINER)
    roots = [found.get("full-path", "") for found in container.iter() if name_of(found) == "rootfile"]
    if not roots:
        raise UnreadableDocument("damaged")
    package = _xml(archive, roots[0])
    parts = {
        item.get("id"): item.get("href", "")
        for item in package.iter()
        if name_of(item) == "item" and item.get("media-type") in _PAGES and item.get("properties") != "nav"
    }
    known = set(archive.namelist())
    for reference in package.iter():
        href = parts.get(reference.get("idref")) if name_of(reference) == "itemref" else None
        if href:
            name = _beside(roots[0], href)
            if name in known:
                yield name


def _xml(archive: zipfile.ZipFile, name: str) -> Element:
    from lxml import etree

    try:
        content = archive.read(name)
    except KeyError:
        raise UnreadableDocument("damaged") from None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(content, parser)


def _protected(archive: zipfile.ZipFile) -> bool:
    """Something is encrypted besides fonts, which many books only veil."""
    if _ENCRYPTION not in archive.namelist():
        return False
    methods = [found for found in _xml(archive, _ENCRYPTION).iter() if name_of(found) == "encryptionmethod"]
    return any(found.get("Algorithm") not in _FONTS_ONLY for found in methods)


def _in_utf8(content: bytes) -> bytes:
    """EPUB allows UTF-16 too."""
    return content.decode("utf-16").encode() if content.startswith((b"\xff\xfe", b"\xfe\xff")) else content
