"""Recognise and load one file within its bounds. The result, or the failure, is plain JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from playground.tabs.rag.lab import loaders
from playground.tabs.rag.lab.bounds import MB, DocumentBounds
from playground.tabs.rag.lab.documents import BY_OCR, DocumentPage
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.reading import archive, zipped
from playground.tabs.rag.lab.reading.ocr import picture_reader
from playground.tabs.rag.lab.reading.office_pictures import with_pictures
from providers.errors import Failure, MissingPackage, PlaygroundError

_NEAR = 0.6


class ReadOptions(NamedTuple):
    """How to read: pictures of text too or not; whether the file comes out of an archive."""

    bounds: DocumentBounds
    ocr: bool
    member: bool


Message = dict[str, object]


def read_file(name: str, content: bytes, way: ReadOptions) -> tuple[Message, list[bytes]]:
    """What the file holds: `pages`, or `members` of an archive with their contents, or a `failure`.

    `spent` tells that this process has run out of memory and should not read another file.
    """
    try:
        _worth_reading(content, way.bounds)
        source = loaders.Source(name, content, way.bounds, picture_reader() if way.ocr else None)
        chosen = loaders.recognise(source)
        if chosen is not None:
            return _document(source, chosen), []
        if not archive.is_archive(source):
            raise UnreadableDocument("unsupported")
        return _members(content, way)
    except PlaygroundError as error:
        return failure_message(error), []
    except MemoryError:
        return {**failure_message(UnreadableDocument("memory", limit=_memory(way) // MB)), "spent": True}, []
    except RecursionError:
        return failure_message(UnreadableDocument("nested")), []
    except ImportError as error:
        return failure_message(MissingPackage(package=(error.name or "?").partition(".")[0])), []
    except Exception as error:  # noqa: BLE001 - parsers raise anything at all for files that are not what they should be
        if _grew(_memory(way)) or "memory" in str(error).lower():
            return {**failure_message(UnreadableDocument("memory", limit=_memory(way) // MB)), "spent": True}, []
        return failure_message(UnreadableDocument("damaged")), []


def failure_message(error: PlaygroundError) -> Message:
    failure = Failure.of(error)
    return {"failure": failure.key, "values": dict(failure.values)}


def _members(content: bytes, way: ReadOptions) -> tuple[Message, list[bytes]]:
    if way.member:
        zipped.open_zip(content)  # a part of a file that is cut off looks like an archive too
        raise UnreadableDocument("archive")
    found = archive.unpack(content, way.bounds)
    told = [{"name": one.name, **(failure_message(one.refused) if one.refused else {})} for one in found]
    return {"members": told}, [one.content for one in found]


def _worth_reading(content: bytes, bounds: DocumentBounds) -> None:
    if len(content) > bounds.file_bytes:
        raise UnreadableDocument("too_large", limit=bounds.file_bytes // MB)
    if not content.strip(b"\0\t\n\r\x0b\x0c "):
        raise UnreadableDocument("empty")
    if zipped.is_encrypted_office(content):
        raise UnreadableDocument("encrypted")


def _document(source: loaders.Source, chosen: str) -> Message:
    pages = _collect_pages(loaders.loader(chosen).load(source), source.bounds)
    pages = _collect_pages(with_pictures(source, chosen, pages), source.bounds)
    if not any(page.text.strip() for page in pages):
        pictured = any(one.kind in BY_OCR for page in pages for one in page.omissions)
        raise UnreadableDocument("unread" if source.read else "scanned" if pictured else "empty")
    return {"format": chosen, "pages": [asdict(page) for page in pages]}


def _collect_pages(found: Iterable[DocumentPage], bounds: DocumentBounds) -> list[DocumentPage]:
    pages: list[DocumentPage] = []
    characters = 0
    for page in found:
        characters += len(page.text)
        pages.append(page)
        if len(pages) > bounds.pages:
            raise UnreadableDocument("too_many_pages", pages=len(pages), limit=bounds.pages)
        if characters > bounds.characters:
            raise UnreadableDocument("too_long", limit=bounds.characters)
    return pages


def _memory(way: ReadOptions) -> int:
    return way.bounds.ocr_memory if way.ocr else way.bounds.memory


def _grew(most: int) -> bool:
    """This process has come near its bound: libxml2 calls its want of memory an unknown error of syntax.

    Perhaps it was for an earlier file; a process that is spent is replaced, and the file read once more in a fresh one.
    """
    try:
        status = Path("/proc/self/status").read_text("ascii", errors="replace")
    except OSError:
        return False
    peak = next((line for line in status.splitlines() if line.startswith("VmPeak:")), "VmPeak: 0 kB")
    return int(peak.split()[1]) * 1024 > _NEAR * most
