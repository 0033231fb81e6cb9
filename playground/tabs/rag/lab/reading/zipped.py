"""Files that are ZIP archives inside: office files and books. Checked before a library opens them."""

from __future__ import annotations

import io
import re
import zipfile

from playground.tabs.rag.lab.bounds import MB, DocumentBounds
from playground.tabs.rag.lab.errors import UnreadableDocument

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARTS = 20_000
_PIECE = MB
_XML = (".xml", ".rels", ".opf", ".ncx", ".vml")
_ENTITY = re.compile(rb"<!ENTITY|<\0!\0E\0N\0T\0I\0T\0Y|\0<\0!\0E\0N\0T\0I\0T\0Y")
_ENTITY_LENGTH = 16
_ROOTS, _TYPES = "_rels/.rels", "[Content_Types].xml"
_OTHER_KIND = re.compile(
    rb"application/vnd\.(?:ms-|openxmlformats-officedocument\.)(word(?:processingml)?|powerpoint|presentationml)"
    rb"\.(?:(?:document|template|presentation|slideshow)\.macroEnabled|template\.macroEnabledTemplate|template|slideshow)"
    rb"\.main\+xml"
)
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w{1,40})/")


def open_zip(content: bytes) -> zipfile.ZipFile:
    """Raises `UnreadableDocument("damaged")`, or "expands" for an endless list of parts."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        raise UnreadableDocument("damaged") from None
    if len(archive.infolist()) > _PARTS:
        raise UnreadableDocument("too_many_files", limit=_PARTS)
    return archive


def part_names(content: bytes) -> frozenset[str]:
    """The names of the parts; empty where the bytes are no ZIP archive that can be opened."""
    if not content.startswith(ZIP_MARKS):
        return frozenset()
    try:
        return frozenset(open_zip(content).namelist())
    except UnreadableDocument:
        return frozenset()


def open_checked(content: bytes, bounds: DocumentBounds) -> zipfile.ZipFile:
    """An office file or a book whose parts are within bounds and define no entities.

    Raises `UnreadableDocument`: "damaged", "encrypted", "expands", "entities". A part is never longer than its entry
    says: `zipfile` reads no further.
    """
    archive = open_zip(content)
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableDocument("encrypted")
    if sum(entry.file_size for entry in entries) > bounds.expanded_bytes:
        raise UnreadableDocument("expands", limit=bounds.expanded_bytes // MB)
    for entry in entries:
        if entry.filename.lower().endswith(_XML) and _defines_entities(archive, entry):
            raise UnreadableDocument("entities")
    return archive


def transitional(content: bytes, archive: zipfile.ZipFile) -> bytes:
    """An office file with the names that libraries know. Strict Open XML has the same parts under other names;
    templates, shows and files with macros have the same parts and call themselves something else."""
    names = archive.NameToInfo
    strict = _ROOTS in names and _STRICT in archive.read(_ROOTS)
    other = _TYPES in names and _OTHER_KIND.search(archive.read(_TYPES)) is not None
    if not strict and not other:
        return content
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in archive.infolist():
            part = archive.read(entry)
            if entry.filename == _TYPES:
                part = _OTHER_KIND.sub(_usual_kind, part)
            elif strict and entry.filename.lower().endswith(_XML):
                part = _STRICT_NAME.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part)
            copy.writestr(entry.filename, part)
    return kept.getvalue()


def _usual_kind(found: re.Match[bytes]) -> bytes:
    program, kind = (b"wordprocessingml", b"document") if b"word" in found[1] else (b"presentationml", b"presentation")
    return b"application/vnd.openxmlformats-officedocument." + program + b"." + kind + b".main+xml"


def _defines_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Some part of the XML looks like a definition of an entity, in ASCII or UTF-16. Documents need none."""
    kept = b""
    with archive.open(entry) as part:
        while piece := part.read(_PIECE):
            if _ENTITY.search(kept + piece):
                return True
            kept = piece[-_ENTITY_LENGTH:]
    return False


def is_encrypted_office(content: bytes) -> bool:
    """A new office file with a password is an old compound file with this stream."""
    return content.startswith(OLE_MARK) and "EncryptedPackage".encode("utf-16-le") in content
