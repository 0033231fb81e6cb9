"""A document that is read once more: what the two readings of it say together."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from playground.tabs.rag.lab.documents import Document, DocumentPage


def join_readings(before: Document, now: Document) -> Document:
    """The later reading of the same bytes, under the name of the first. A page whose text was read from its picture
    then, and not now, stays as it was; with such pages it counts as read by the version of then."""
    kept = len(before.pages) == len(now.pages) and any(map(_lost, before.pages, now.pages))
    pages = tuple(map(_better, before.pages, now.pages)) if kept else now.pages
    joined = replace(now, name=before.name, archive="", pages=pages, mark=before.mark)
    if kept:
        joined = replace(joined, version=before.version, language=before.language)
    if says_the_same(before, joined):
        return joined
    return replace(joined, mark=sha256(repr(_said(joined)).encode("utf-8", "replace")).hexdigest()[:8])


def says_the_same(before: Document, now: Document) -> bool:
    """Nothing that is searched or shown as text differs."""
    return _said(before) == _said(now)


def _said(document: Document) -> list[DocumentPage]:
    return [replace(page, omissions=()) for page in document.pages]


def _lost(before: DocumentPage, now: DocumentPage) -> bool:
    return before.read and not now.read


def _better(before: DocumentPage, now: DocumentPage) -> DocumentPage:
    return before if _lost(before, now) else now
