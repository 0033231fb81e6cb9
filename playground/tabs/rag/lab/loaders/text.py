"""Plain text, in whatever encoding; programs with their indentation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading.cleaning import clean, clean_code, clean_spaces, is_indented

SUFFIXES = (".txt", ".text", ".log")
VERSION = 2
_OF_PAGES = ("{\\rtf", "%!PS-Adobe")
_OF_OFFICE = re.compile(
    r"\s*(?:<\?xml[^<>]*\?>)?\s*(?:<!--.{0,2000}?-->\s*|<!DOCTYPE[^<>]*>\s*)*<(?:\?mso-|office:document|svg)", re.S
)
"""Flat OpenDocument, Office's XML of 2003, drawings."""
_OF_MAIL = ("MIME-Version", "Content-Type")
"""Lines at the top of an e-mail or a saved page of the web that programs have written."""
_LONGEST_HEAD = 20_000


def claims(source: Source) -> Claim:
    """Not RTF, PostScript, XML of office programs, e-mails with their encoded parts, or notebooks: their bytes are
    letters, but not what they say."""
    if source.text is None or _is_markup(source.text, source.suffix):
        return Claim.NONE
    return Claim.NAMED if source.suffix in SUFFIXES else Claim.READABLE


def load(source: Source) -> Iterator[DocumentPage]:
    """One page."""
    text = source.text or ""
    if len(text) > source.bounds.characters:
        raise UnreadableDocument("too_long", limit=source.bounds.characters)
    yield DocumentPage(number=1, text=clean_code(text) if is_indented(clean(text)) else clean_spaces(text))


def _is_markup(text: str, suffix: str) -> bool:
    if text.startswith(_OF_PAGES) or _OF_OFFICE.match(text[:_LONGEST_HEAD]):
        return True
    if suffix == ".ipynb" and text.lstrip().startswith("{"):
        return True
    head = text[:_LONGEST_HEAD].replace("\r\n", "\n").partition("\n\n")[0]
    return all(re.search(rf"^{name}:", head, re.I | re.M) for name in _OF_MAIL) and not head.startswith("\n")
