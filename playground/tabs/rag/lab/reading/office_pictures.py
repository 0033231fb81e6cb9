"""Pictures and embedded objects of Word, PowerPoint and Excel files: counted where their text is not read."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace

from playground.tabs.rag.lab.documents import OMISSION_KINDS, DocumentPage, Omission, OmissionKind
from playground.tabs.rag.lab.loaders import Source
from playground.tabs.rag.lab.reading import zipped
from playground.tabs.rag.lab.reading.office_parts import elements, local_name, relationships
from playground.tabs.rag.lab.reading.picture_texts import PictureTexts

_LISTED = {"docx": "", "pptx": "sldId", "xlsx": "sheet"}
"""The elements of the main part that name the parts that are pages, by format; empty where it is the only page."""
_PAGES = ("slide", "worksheet")
"""Sheets that are one chart are no pages."""
_KINDS: dict[str, OmissionKind] = {
    "image": "pictures",
    "oleObject": "objects",
    "package": "objects",
    "video": "objects",
    "audio": "objects",
}
"""By the last word of a relationship's type."""
_DRAWN_ELSEWHERE = ".svg"
"""A drawing in vectors has a picture beside it for programs that cannot draw it."""


def with_pictures(source: Source, format: str, pages: Sequence[DocumentPage]) -> list[DocumentPage]:
    """The pages of an office file, each with how many pictures and objects stand on it; others as they are.

    Where pictures are to be read, what they say stands at the end of their page.
    """
    if format not in _LISTED:
        return list(pages)
    archive = zipped.open_zip(source.content)
    parts = dict(enumerate(_pages(archive, format), start=1))
    texts = PictureTexts(source)
    return [_add_pictures(page, archive, parts.get(page.number), texts) for page in pages]


def _add_pictures(page: DocumentPage, archive: zipfile.ZipFile, part: str | None, texts: PictureTexts) -> DocumentPage:
    found: dict[OmissionKind, set[str]] = {}
    said: dict[str, None] = {}
    for kind, target in _find_parts(archive, part) if part else ():
        if kind not in _KINDS or target.lower().endswith(_DRAWN_ELSEWHERE):
            continue
        text = texts.text(archive, target) if _KINDS[kind] == "pictures" else None
        if text is None:
            left_out = "over_limit" if kind == "image" and texts.full else _KINDS[kind]
            found.setdefault(left_out, set()).add(target)
        else:
            said[text] = None
    counted = tuple(Omission(kind=kind, count=len(found[kind])) for kind in OMISSION_KINDS if kind in found)
    whole = "\n\n".join(text for text in (page.text, *said) if text)
    read = page.read or (bool(said) and not page.text)
    return replace(page, text=whole, read=read, omissions=(*page.omissions, *counted))


def _find_parts(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str]]:
    """Kinds and targets of what belongs to a part; of a sheet's drawing, what belongs to that."""
    for kind, target in relationships(archive, part).values():
        if kind == "drawing":
            yield from relationships(archive, target).values()
        yield kind, target


def _pages(archive: zipfile.ZipFile, format: str) -> Iterator[str]:
    """The parts that are pages, in order."""
    main = next((part for kind, part in relationships(archive, "").values() if kind == "officeDocument"), "")
    if not _LISTED[format]:
        yield main
        return
    known = relationships(archive, main)
    for element in elements(archive, main, _LISTED[format]):
        named = (value for name, value in element.attrib.items() if name.startswith("{") and local_name(name) == "id")
        kind, part = known.get(next(named, ""), ("", ""))
        if kind in _PAGES:
            yield part
