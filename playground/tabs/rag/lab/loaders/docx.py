"""DOCX: the text of the body in its order, with headings, tables and notes. It has no pages before it is printed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading import word_tables, zipped
from playground.tabs.rag.lab.reading.cleaning import whole_number
from playground.tabs.rag.lab.reading.equations import M, linear
from playground.tabs.rag.lab.reading.graphics import A, graphic_lines
from playground.tabs.rag.lab.reading.page_writer import PageWriter
from playground.tabs.rag.lab.reading.word_numbers import ListNumbers

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element as Element

SUFFIXES = (".docx",)
VERSION = 2
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WRITTEN = (*(f"{_W}{name}" for name in ("t", "tab", "br", "cr", "noBreakHyphen", "sym", "checkBox")), f"{M}oMath")
_ELSEWHERE = frozenset({f"{_W}moveFrom", f"{_W}txbxContent"})
_SYMBOLS = {
    **{"A8": "☐", "6F": "☐", "71": "☐", "FD": "☒", "78": "☒", "FE": "☑", "FC": "✓", "FB": "✗"},
    **{"B7": "•", "A7": "•", "D8": "•", "E0": "→", "F0": "→"},
}
"""What Word's bullets and boxes (Wingdings, Symbol) are, by the end of their number."""
_NOTES = ("footnotes", "endnotes")
_MARGINS = ("header", "footer")
_DEPTHS = frozenset("012345678")
_DEEPEST = 8
_BODY_TEXT = 9
"""The outline level that is none."""


class _Tag:
    PARAGRAPH, TABLE = f"{_W}p", f"{_W}tbl"
    CONTROL, CONTROL_CONTENT, CUSTOM = f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml"
    INSERTED, MOVED_HERE = f"{_W}ins", f"{_W}moveTo"


def claims(source: Source) -> Claim:
    return Claim.CERTAIN if "word/document.xml" in source.parts else Claim.NONE


def load(source: Source) -> Iterator[DocumentPage]:
    """One page."""
    from docx import Document

    content = zipped.transitional(source.content, zipped.open_checked(source.content, source.bounds))
    document = Document(io.BytesIO(content))
    writing = PageWriter(source.bounds.characters)
    _Body(document, writing).write()
    yield writing.page(1)


class _Body:
    def __init__(self, document: Document, writing: PageWriter) -> None:
        self._document, self._writing = document, writing
        self._levels = {style.style_id: _level_of(style) for style in document.styles}
        self._lists = {style.style_id: _list_of(style) for style in document.styles}
        self._numbers = ListNumbers(next((root for root in self._parts("numbering")), None))

    def write(self) -> None:
        """The body, what stands above and below each page, once, and the notes."""
        self._blocks(self._document.element.body)
        self._margins()
        for kind in _NOTES:
            self._notes(kind)

    def _blocks(self, parent: Element) -> None:
        """Paragraphs and tables, those in content controls and in blocks that were moved or put in, too."""
        for block in parent:
            match block.tag:
                case _Tag.PARAGRAPH:
                    self._paragraph(block)
                    self._boxes(block)
                    self._graphics(block)
                case _Tag.TABLE:
                    self._table(block)
                case _Tag.CONTROL | _Tag.CONTROL_CONTENT | _Tag.CUSTOM | _Tag.INSERTED | _Tag.MOVED_HERE:
                    self._blocks(block)

    def _boxes(self, paragraph: Element) -> None:
        """The text boxes anchored in it, after it. Each is saved twice; the second is for old programs."""
        for box in paragraph.iter(f"{_W}txbxContent"):
            if next(box.iterancestors(_Tag.PARAGRAPH), None) is paragraph and not _for_old_programs(box):
                self._blocks(box)

    def _graphics(self, paragraph: Element) -> None:
        """The charts and diagrams in it, after it."""
        for graphic in paragraph.iter(f"{A}graphicData"):
            if next(graphic.iterancestors(_Tag.PARAGRAPH), None) is paragraph and not _for_old_programs(graphic):
                for count, line in enumerate(graphic_lines(graphic, self._document.part)):
                    (self._writing.line if count else self._writing.paragraph)(line)

    def _paragraph(self, paragraph: Element) -> None:
        text = _text(paragraph)
        level = self._level(paragraph)
        mark = self._mark(paragraph)
        if not text.strip():
            return  # counted all the same
        if level:
            self._writing.heading(f"{mark} {text}" if mark.strip("•") else text, level)
        elif mark:
            self._writing.line(f"{mark} {text.strip()}")
        else:
            self._writing.paragraph(text)

    def _mark(self, paragraph: Element) -> str:
        """The number or bullet before it; empty where it stands in no list."""
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        of_style = self._lists.get(style.get(f"{_W}val", ""), ("", "")) if style is not None else ("", "")
        own = _find_list(paragraph)
        name, level = own[0] or of_style[0], own[1] or of_style[1]
        return "" if name in {"", "0"} else self._numbers.next(name, int(level) if level in _DEPTHS else 0)

    def _text_with_mark(self, paragraph: Element) -> str:
        """Its text with its number, as it stands in a table."""
        text, mark = _text(paragraph), self._mark(paragraph)
        return f"{mark} {text}" if mark and text.strip() else text

    def _level(self, paragraph: Element) -> int:
        """1 to 9, 0 for no heading; what the paragraph says goes before what its style says."""
        own = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
        if own is not None and (level := whole_number(own.get(f"{_W}val"), -1)) >= 0:
            return level + 1 if level < _BODY_TEXT else 0
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        return self._levels.get(style.get(f"{_W}val", ""), 0) if style is not None else 0

    def _table(self, table: Element) -> None:
        for count, line in enumerate(word_tables.table_lines(table, self._text_with_mark)):
            (self._writing.line if count else self._writing.paragraph)(line)

    def _notes(self, kind: str) -> None:
        """Foot and end notes, after the body. The first two of each kind are lines that divide."""
        for root in self._parts(kind):
            for note in root:
                if note.get(f"{_W}type") is None:
                    self._writing.paragraph(" ".join(_text(one) for one in note.iter(f"{_W}p")))

    def _margins(self) -> None:
        """Headers and footers, of first and even pages too; not what is repeated, nor mere numbers of pages."""
        told = set[str]()
        for kind in _MARGINS:
            for root in self._parts(kind):
                text = " ".join("".join(_text(one) for one in root.iter(_Tag.PARAGRAPH)).split())
                if text not in told and any(letter.isalpha() for letter in text):
                    told.add(text)
                    self._blocks(root)

    def _parts(self, kind: str) -> Iterator[Element]:
        """The roots of the parts of a kind."""
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        for relation in self._document.part.rels.values():
            if not relation.is_external and relation.reltype.endswith(f"/{kind}"):
                yield etree.fromstring(relation.target_part.blob, parser)


def _find_list(element: Element) -> tuple[str, str]:
    """The list that a paragraph or a style says that it is of, and the level in it; empty where it does not say."""
    found = (element.find(f"{_W}pPr/{_W}numPr/{_W}{name}") for name in ("numId", "ilvl"))
    name, level = (one.get(f"{_W}val", "") if one is not None else "" for one in found)
    return name, level


def _list_of(style: object) -> tuple[str, str]:
    """As `_find_list`, of a style or of those that it is based on."""
    name, level = "", ""
    for _ in range(_DEEPEST):
        if style is None or (name and level):
            break
        own = _find_list(style.element)  # type: ignore[attr-defined]
        name, level = name or own[0], level or own[1]
        style = getattr(style, "base_style", None)
    return name, level


def _level_of(style: object) -> int:
    """A style's outline level, its own or of the style that it is based on; titles count as level 1."""
    for _ in range(_DEEPEST):
        if style is None:
            return 0
        name = str(getattr(style, "name", "") or "").lower()
        outline = style.element.find(f"{_W}pPr/{_W}outlineLvl")  # type: ignore[attr-defined]
        if outline is not None and (level := whole_number(outline.get(f"{_W}val"), -1)) >= 0:
            return level + 1 if level < _BODY_TEXT else 0
        if name.startswith("heading ") and (level := whole_number(name[8:])):
            return min(level, _BODY_TEXT)
        if name == "title":
            return 1
        style = getattr(style, "base_style", None)
    return 0


def _text(paragraph: Element) -> str:
    """With inserted and without deleted text, nor what was moved elsewhere or stands in a text box."""
    pieces = []
    for found in paragraph.iter(*_WRITTEN):
        if _is_elsewhere(found, paragraph):
            continue
        match found.tag.removeprefix(_W):
            case "t":
                pieces.append(found.text or "")
            case "tab":
                pieces.append("\t" if not found.getparent().tag.endswith("tabs") else "")
            case "noBreakHyphen":
                pieces.append("-")
            case "br" | "cr":
                pieces.append("\n")
            case "sym":
                pieces.append(_SYMBOLS.get(found.get(f"{_W}char", "").upper()[-2:], ""))
            case "checkBox":
                pieces.append(f"{'☒' if _is_ticked(found) else '☐'} ")
            case _:
                pieces.append(f" {linear(found)} ")
    return "".join(pieces)


def _is_elsewhere(found: Element, paragraph: Element) -> bool:
    inside = takewhile(lambda above: above is not paragraph, found.iterancestors())
    return any(above.tag in _ELSEWHERE for above in inside) or _for_old_programs(found)


def _for_old_programs(found: Element) -> bool:
    return any(above.tag.endswith("}Fallback") for above in found.iterancestors())


def _is_ticked(box: Element) -> bool:
    """Of a box to tick in a form of the old kind: as it is, or where nobody has touched it, as it was given out."""
    for name in ("checked", "default"):
        found = box.find(f"{_W}{name}")
        if found is not None:
            return bool(found.get(f"{_W}val", "1") not in {"0", "false", "off"})
    return False
