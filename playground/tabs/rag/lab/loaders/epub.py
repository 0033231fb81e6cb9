"""EPUB: a page a chapter, in the order in which the book is read."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading import zipped
from playground.tabs.rag.lab.reading.html_text import name_of, show_labels
from playground.tabs.rag.lab.reading.html_writer import HtmlWriter
from playground.tabs.rag.lab.reading.mathml import show_formulas
from playground.tabs.rag.lab.reading.page_writer import PageWriter

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

SUFFIXES = (".epub",)
VERSION = 2
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = frozenset({"application/xhtml+xml", "text/html"})


def claims(source: Source) -> Claim:
    return Claim.CERTAIN if _CONTAINER in source.parts else Claim.NONE


def load(source: Source) -> Iterator[DocumentPage]:
    """Chapters without text (covers, pictures) are left out. Raises `UnreadableDocument("encrypted")`."""
    from lxml import html

    archive = zipped.open_checked(source.content, source.bounds)
    if _protected(archive):
        raise UnreadableDocument("encrypted")
    number = 0
    for name in _chapters(archive):
        writing = PageWriter(source.bounds.characters)
        parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
        content = archive.read(name)
        if not content.strip():
            continue
        root = html.document_fromstring(_in_utf8(content), parser=parser)
        show_labels(root)
        show_formulas(root)
        HtmlWriter(writing).write(root.find("body") if root.find("body") is not None else root)
        page = writing.page(number + 1)
        if page.text:
            number += 1
            label = page.headings[0].text if page.headings else root.findtext(".//title") or ""
            yield writing.page(number, label[:80])


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
            name = posixpath.normpath(posixpath.join(posixpath.dirname(roots[0]), unquote(href.partition("#")[0])))
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
