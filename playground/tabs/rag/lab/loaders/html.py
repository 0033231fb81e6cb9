"""HTML: the text of a saved page without menus and footers, by trafilatura; nothing that it names is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading.cleaning import one_line
from playground.tabs.rag.lab.reading.decoding import decode_declared
from playground.tabs.rag.lab.reading.html_tables import flatten
from playground.tabs.rag.lab.reading.html_text import show_labels, text_in
from playground.tabs.rag.lab.reading.html_writer import HtmlWriter
from playground.tabs.rag.lab.reading.mathml import show_formulas
from playground.tabs.rag.lab.reading.page_writer import PageWriter

if TYPE_CHECKING:
    from lxml.html import HtmlElement

SUFFIXES = (".html", ".htm", ".xhtml")
VERSION = 2
_LOOKED_AT = 4096
_MARK = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,30})|<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w-]{2,30})", re.I
)
_LEAST_PART = 0.4
"""Of the text of a page; where less of it is taken for its content, the rest may be content too."""


def claims(source: Source) -> Claim:
    text = source.text
    if text is None:
        return Claim.NONE
    if _MARK.match(text[:_LOOKED_AT]):
        return Claim.CERTAIN
    return Claim.NAMED if source.suffix in SUFFIXES and "<" in text else Claim.NONE


def load(source: Source) -> Iterator[DocumentPage]:
    """One page, its label the page's title."""
    from lxml import html

    text = _text(source)
    if len(text) > source.bounds.characters:
        raise UnreadableDocument("too_long", limit=source.bounds.characters)
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", text), parser=parser)
    title = one_line(root.findtext(".//title") or "")
    show_labels(root)
    show_formulas(root)
    whole = PageWriter(source.bounds.characters)
    HtmlWriter(whole).write(root.find("body") if root.find("body") is not None else root)
    flatten(root)  # trafilatura does not know of merged cells
    yield _content(root, whole.page(1, title), source.bounds.characters)


def _content(root: HtmlElement, whole: DocumentPage, most: int) -> DocumentPage:
    """The page without what is around its content, if that leaves enough of it."""
    import trafilatura

    found = trafilatura.bare_extraction(
        root, fast=True, favor_recall=True, include_comments=False, include_formatting=True, with_metadata=False
    )
    body = getattr(found, "body", None)
    if body is None or len(text_in(body)) < _LEAST_PART * len(whole.text):
        return whole
    writing = PageWriter(most)
    HtmlWriter(writing).write(body)
    page = writing.page(1, whole.label)
    lost = {heading.text for heading in whole.headings[:1]} - {heading.text for heading in page.headings}
    return whole if lost or not page.text else page


def _text(source: Source) -> str:
    """As the page says that it is encoded, where its bytes agree; else as found."""
    declared = _DECLARED.search(source.content[:_LOOKED_AT])
    if declared is None:
        return source.text or ""
    return decode_declared(source.content, (declared[1] or declared[2]).decode("ascii")) or ""
