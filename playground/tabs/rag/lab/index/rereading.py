"""A document that is read once more: what the two readings of it say together."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from playground.tabs.rag.lab.documents import BY_OCR, Document, DocumentPage


def join_readings(before: Document, now: Document) -> Document:
    """The later reading of the same bytes, under the name of the first. A page with text that was read from pictures
    then, and not now, stays as it was; with such pages it counts as read by the version of then."""
    pairs = zip(before.pages, now.pages, strict=False)
    lost = [_lost(old, new, again=before.version == now.version) for old, new in pairs]
    kept = len(before.pages) == len(now.pages) and any(lost)
    pages = tuple(old if gone else new for old, new, gone in zip(before.pages, now.pages, lost, strict=False))
    joined = replace(now, name=before.name, archive="", pages=pages if kept else now.pages, mark=before.mark)
    if kept:
        joined = replace(joined, version=before.version, language=before.language)
    if says_the_same(before, joined):
        return joined
    return replace(joined, mark=sha256(repr(_without_omissions(joined)).encode("utf-8", "replace")).hexdigest()[:8])


def says_the_same(before: Document, now: Document) -> bool:
    """Nothing that is searched or shown as text differs."""
    return _without_omissions(before) == _without_omissions(now)


def _without_omissions(document: Document) -> list[DocumentPage]:
    return [replace(page, omissions=()) for page in document.pages]


def _lost(before: DocumentPage, now: DocumentPage, *, again: bool) -> bool:
    """Text in pictures is missing now. `again`: read by the same version, so that all of the rest is the same."""
    if before.read and not now.read:
        return True
    return again and _pictures(now) > _pictures(before) and before.text.startswith(now.text)


def _pictures(page: DocumentPage) -> int:
    """How much of it reading text in pictures would make up for."""
    return sum(one.count for one in page.omissions if one.kind in BY_OCR)
