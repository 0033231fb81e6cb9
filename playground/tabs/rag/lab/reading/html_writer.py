"""The text of a tree of HTML: blocks as paragraphs, headings with their places, rows of tables as lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.tabs.rag.lab.reading import tables
from playground.tabs.rag.lab.reading.page_writer import PageWriter

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_UNSEEN_NAMES = """script style template noscript svg math head iframe object canvas select button audio video"""
_INLINE_NAMES = """a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q rp rt ruby s
    samp small span strike strong sub sup time tt u var wbr hi ref"""
_UNSEEN, _INLINE = frozenset(_UNSEEN_NAMES.split()), frozenset(_INLINE_NAMES.split())
_DEEPEST = 500


class HtmlWriter:
    """Writes a tree, its elements named as HTML names them or as trafilatura does (`head`, `row`, `cell`, `lb`)."""

    def __init__(self, writing: PageWriter) -> None:
        self._writing = writing
        self._inline: list[str] = []
        self._item = False

    def write(self, root: Element) -> None:
        self._block(root, 0)
        self._flush()

    def _block(self, element: Element, depth: int) -> None:
        """Raises `RecursionError` for a tree deeper than any page needs."""
        if depth > _DEEPEST:
            raise RecursionError
        name = name_of(element)
        if name in _UNSEEN and not (name == "head" and element.get("rend")):
            return
        if level := heading_level(element):
            self._flush()
            self._writing.heading(text_in(element), level)
        elif name == "pre":
            self._flush()
            self._writing.paragraph("".join(_strings(element)))
        elif name == "table":
            self._flush()
            self._table(element)
        elif name in {"br", "lb"}:
            self._inline.append("\n")
        elif name in _INLINE:
            self._children(element, depth)
        else:
            self._flush()
            outer, self._item = self._item, name in {"li", "item", "dd", "dt"}
            self._children(element, depth)
            self._flush()
            self._item = outer

    def _children(self, element: Element, depth: int) -> None:
        self._inline.append(_flat(element.text))
        for child in element:
            if isinstance(child.tag, str):
                self._block(child, depth + 1)
            self._inline.append(_flat(child.tail))

    def _flush(self) -> None:
        text, self._inline = "".join(self._inline), []
        if text.strip():
            if self._item:
                self._writing.line(f"• {text.strip()}")
            else:
                self._writing.paragraph(text)

    def _table(self, table: Element) -> None:
        rows = [[text_in(cell) for cell in row if name_of(cell) in {"td", "th", "cell"}] for row in _rows(table)]
        for count, line in enumerate(tables.lines(rows)):
            (self._writing.line if count else self._writing.paragraph)(line)


def name_of(element: Element) -> str:
    """The tag, without its namespace, in lower case; empty for comments and instructions."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def heading_level(element: Element) -> int:
    """1 to 6; 0 for what is no heading."""
    name = name_of(element)
    if name == "head":
        name = element.get("rend") or ""
    return int(name[1]) if len(name) == 2 and name[0] == "h" and name[1] in "123456" else 0


def text_in(element: Element) -> str:
    """All text in it, unseen parts left out."""
    return " ".join("".join(_strings(element)).split())


def _strings(element: Element) -> Iterator[str]:
    """Without recursion: HTML of strangers nests as deep as it likes."""
    left: list[Element | str] = [element]
    while left:
        taken = left.pop()
        if isinstance(taken, str):
            yield taken
            continue
        for child in reversed(taken):
            left.append(child.tail or "")
            if name_of(child) not in _UNSEEN | {""}:
                left.append(child)
        yield "\n" if name_of(taken) in {"br", "lb"} else taken.text or ""
        if taken is not element and name_of(taken) not in _INLINE:
            yield " "


def _rows(table: Element) -> Iterator[Element]:
    return (found for found in table.iter() if name_of(found) in {"tr", "row"})


def _flat(text: str | None) -> str:
    """In HTML a line break is a space."""
    return text.replace("\n", " ").replace("\r", " ") if text else ""
