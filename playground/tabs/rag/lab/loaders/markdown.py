"""Markdown, as it is written: a model reads it well. Headings are found, with # or underlined.

Only the rows of tables are written anew, each with the names of its columns: a long table is cut into passages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from playground.tabs.rag.lab.documents import DocumentPage, Heading
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading.cleaning import clean
from playground.tabs.rag.lab.reading.markdown_tables import FENCE, write_tables

SUFFIXES = (".md", ".markdown")
VERSION = 2
_LONGEST = 300
"""Letters of a heading. A longer line is none, and is not searched for marks."""
_HASHES = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_NO_TITLE = re.compile(r"\s*(?:[-*+>|#]|\d+[.)]|$)| {4}|\t")
_MARKS = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?|\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)|\s*\{#[^}]*\}$")


def claims(source: Source) -> Claim:
    return Claim.NAMED if source.suffix in SUFFIXES and source.text is not None else Claim.NONE


def load(source: Source) -> Iterator[DocumentPage]:
    """One page."""
    text = source.text or ""
    if len(text) > source.bounds.characters:
        raise UnreadableDocument("too_long", limit=source.bounds.characters)
    text = "\n".join(line.rstrip() for line in clean(text).split("\n")).strip("\n")
    front = _after_front_matter(text)
    lines, rows = write_tables(text[front:].split("\n"))
    text = text[:front] + "\n".join(lines)
    yield DocumentPage(number=1, text=text, headings=tuple(_headings(text, front, rows)))


def _headings(text: str, start: int, rows: frozenset[int]) -> Iterator[Heading]:
    """What is in fenced code, a table (`rows`, lines from `start`), or the front matter, is none. (CommonMark 0.31,
    sections 4.2 and 4.3.)"""
    fence, before = "", ""
    for place, line in enumerate(text[start:].split("\n")):
        fenced = FENCE.match(line[:_LONGEST])
        if place in rows:
            before = ""
        elif fence:
            fence = "" if fenced and fenced[1].startswith(fence) and not line[fenced.end() :].strip() else fence
            before = ""
        elif fenced:
            fence, before = fenced[1], ""
        elif len(line) > _LONGEST:
            before = ""
        elif hashes := _HASHES.match(line):
            if title := _plain(hashes[2] or ""):
                yield Heading(start=start, text=title, level=len(hashes[1]))
            before = ""
        elif before and (under := _UNDERLINE.match(line)):
            yield Heading(start=start - len(before) - 1, text=_plain(before), level=1 if under[1][0] == "=" else 2)
            before = ""
        else:
            before = "" if _NO_TITLE.match(line) else line
        start += len(line) + 1


def _after_front_matter(text: str) -> int:
    if not text.startswith("---\n"):
        return 0
    end = text.find("\n---\n", 3)
    return end + 5 if end >= 0 else 0


def _plain(title: str) -> str:
    """Without the marks of links and emphasis."""
    return " ".join(_MARKS.sub(lambda found: found[1] or "", title).split())
