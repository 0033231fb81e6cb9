"""Plain text, in whatever encoding."""

from __future__ import annotations

from collections.abc import Iterator

from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading.cleaning import clean_spaces

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
    yield DocumentPage(number=1, text=clean_spaces(text))
