"""A ZIP archive of files: what is in it, within bounds. An archive in an archive stays closed."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import NamedTuple

from playground.tabs.rag.lab.bounds import MB, DocumentBounds
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Source
from playground.tabs.rag.lab.reading.code_pages import ZIP_NAMES, fitting
from playground.tabs.rag.lab.reading.file_names import numbered_name, safe_name
from playground.tabs.rag.lab.reading.zipped import ZIP_MARKS, open_zip
from providers.errors import PlaygroundError

_OF_DOCUMENTS = frozenset({"mimetype", "[Content_Types].xml", "AndroidManifest.xml", "META-INF/MANIFEST.MF"})
_IWORK = ".iwa"
_NAMED_IN_UTF8 = 0x800
_UNICODE_PATH, _FIELD_HEAD, _CHECKED = 0x7075, struct.Struct("<HH"), 5
"""Number of the extra field; number and length before each field; its version and checksum."""
_LEFT_BY_SYSTEMS = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})


class ArchiveMember(NamedTuple):
    """A file of an archive, or why there is none."""

    name: str
    content: bytes
    refused: PlaygroundError | None = None


def is_archive(source: Source) -> bool:
    """A ZIP archive, and no document of a kind that no loader knows (OpenDocument and iWork are packed in one too)."""
    if not source.content.startswith(ZIP_MARKS):
        return False
    return not _OF_DOCUMENTS.intersection(source.parts) and not any(name.endswith(_IWORK) for name in source.parts)


def unpack(content: bytes, bounds: DocumentBounds) -> list[ArchiveMember]:
    """The files, with their paths as names. What systems leave behind (`__MACOSX`, hidden files) is left out.

    Raises `UnreadableDocument`: "damaged", "empty", "too_many_files"; "expands", if all together are too large.
    """
    archive = open_zip(content)
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _hidden(name_in(entry))]
    if not entries:
        raise UnreadableDocument("empty")
    if len(entries) > bounds.archive_files:
        raise UnreadableDocument("too_many_files", limit=bounds.archive_files)
    if sum(entry.file_size for entry in entries) > bounds.archive_bytes:
        raise UnreadableDocument("expands", limit=bounds.archive_bytes // MB)
    return _told_apart([_member(archive, entry, bounds) for entry in entries])


def _told_apart(members: list[ArchiveMember]) -> list[ArchiveMember]:
    """Of several files with one name, which archives allow, those after the first get numbers."""
    taken = {member.name for member in members}
    seen: set[str] = set()
    apart: list[ArchiveMember] = []
    for member in members:
        name = numbered_name(member.name, seen | taken) if member.name in seen else member.name
        seen.add(name)
        apart.append(member._replace(name=name))
    return apart


def name_in(entry: zipfile.ZipInfo) -> str:
    """Its path. Without the flag for UTF-8, `zipfile` takes names for code page 437; what they are is said beside
    them, or judged by what comes out."""
    if entry.flag_bits & _NAMED_IN_UTF8 or entry.filename.isascii():
        return entry.filename
    try:
        said = entry.orig_filename.encode("cp437")
    except UnicodeEncodeError:  # a name from an extra field
        return entry.filename
    if (told := _told_in_unicode(entry.extra, said)) is not None:
        return told
    try:
        return said.decode("utf-8")
    except UnicodeDecodeError:
        return said.decode(fitting(said, ZIP_NAMES) or "cp437")


def _told_in_unicode(extra: bytes, said: bytes) -> str | None:
    """The name in Info-ZIP's extra field, which holds the checksum of the name that it is for (APPNOTE 4.6.9)."""
    while len(extra) >= _FIELD_HEAD.size:
        kind, size = _FIELD_HEAD.unpack_from(extra)
        field, extra = extra[_FIELD_HEAD.size :][:size], extra[_FIELD_HEAD.size + size :]
        checksum = int.from_bytes(field[1:_CHECKED], "little")
        if kind == _UNICODE_PATH and len(field) > _CHECKED and checksum == zlib.crc32(said):
            return field[_CHECKED:].decode("utf-8", "replace")
    return None


def _hidden(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not parts or bool(_LEFT_BY_SYSTEMS.intersection(parts)) or parts[-1].startswith(".")


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, bounds: DocumentBounds) -> ArchiveMember:
    name = safe_name(name_in(entry))
    if entry.flag_bits & 1:
        return ArchiveMember(name, b"", UnreadableDocument("encrypted"))
    if entry.file_size > bounds.file_bytes:
        return ArchiveMember(name, b"", UnreadableDocument("too_large", limit=bounds.file_bytes // MB))
    try:
        return ArchiveMember(name, archive.read(entry))
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, OSError, EOFError, RuntimeError):
        return ArchiveMember(name, b"", UnreadableDocument("damaged"))
