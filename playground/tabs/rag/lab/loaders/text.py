"""Plain text, in whatever encoding; programs with their indentation."""

from __future__ import annotations

from collections.abc import Iterator

from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading.cleaning import clean, clean_code, clean_spaces, is_indented

SUFFIXES = (".txt", ".text", ".log")


def claims(source: Source) -> Claim:
    if source.text is None:
        return Claim.NONE
    return Claim.NAMED if source.suffix in SUFFIXES else Claim.READABLE


def load(source: Source) -> Iterator[DocumentPage]:
    """One page."""
    text = source.text or ""
    if len(text) > source.bounds.characters:
        raise UnreadableDocument("too_long", limit=source.bounds.characters)
    yield DocumentPage(number=1, text=clean_code(text) if is_indented(clean(text)) else clean_spaces(text))
