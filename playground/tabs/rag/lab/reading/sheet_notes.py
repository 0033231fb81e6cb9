"""What stands on a sheet beside its cells: text boxes and shapes, comments and notes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.tabs.rag.lab.reading.office_parts import elements, local_name, relationships

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_OF_COMMENTS = ("threadedComment", "comments")
"""What a comment of a conversation says stands in the older part too, among a notice of the program's."""


def texts_beside_cells(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    """Each text box, its paragraphs as lines, and then each comment after its cell."""
    belonging = relationships(archive, part).values()
    for kind, target in belonging:
        if kind == "drawing":
            for shape in elements(archive, target, "txBody"):
                text = "\n".join(filter(None, map(_read_text, shape)))
                if text and not _for_old_programs(shape):
                    yield text
    told = set[str]()
    for wanted in _OF_COMMENTS:
        found = [one for kind, target in belonging if kind == wanted for one in _comments(archive, target, wanted)]
        yield from (f"{cell}: {text}" for cell, text in found if cell not in told)
        told.update(cell for cell, _ in found)


def _comments(archive: zipfile.ZipFile, part: str, kind: str) -> Iterator[tuple[str, str]]:
    for comment in elements(archive, part, "threadedComment" if kind == "threadedComment" else "comment"):
        if text := _read_text(comment):
            yield comment.get("ref", ""), text


def _for_old_programs(shape: Element) -> bool:
    """It repeats what a newer kind of shape says."""
    return any(local_name(above.tag) == "Fallback" for above in shape.iterancestors())


def _read_text(element: Element) -> str:
    """The text of its runs; of a phonetic guide to a word, the word."""
    runs = (one for one in element.iter() if local_name(one.tag) in ("t", "text") and _is_said(one))
    return "".join(run.text or "" for run in runs).strip()


def _is_said(run: Element) -> bool:
    above = run.getparent()
    return above is None or local_name(above.tag) != "rPh"
