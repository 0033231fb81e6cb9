"""The text of a tree of HTML: blocks as paragraphs, headings with their places, rows of tables as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.tabs.rag.lab.reading.html_tables import is_layout, table_lines
from playground.tabs.rag.lab.reading.html_text import INLINE, UNSEEN, flat, heading_level, name_of, strings, text_in
from playground.tabs.rag.lab.reading.page_writer import PageWriter

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

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
        if name in UNSEEN and not (name == "head" and element.get("rend")):
            return
        if level := heading_level(element):
            self._flush()
            self._writing.heading(text_in(element), level)
        elif name == "pre" or (name == "code" and _has_lines(element)):
            self._flush()
            self._writing.code("".join(strings(element)))
        elif name == "table" and not is_layout(element):
            self._flush()
            self._table(element)
        elif name in {"br", "lb"}:
            self._inline.append("\n")
        elif name in INLINE:
            self._children(element, depth)
        else:
            self._flush()
            outer, self._item = self._item, name in {"li", "item", "dd", "dt"}
            self._children(element, depth)
            self._flush()
            self._item = outer

    def _children(self, element: Element, depth: int) -> None:
        self._inline.append(flat(element.text))
        for child in element:
            if isinstance(child.tag, str):
                self._block(child, depth + 1)
            self._inline.append(flat(child.tail))

    def _flush(self) -> None:
        text, self._inline = "".join(self._inline), []
        if text.strip():
            if self._item:
                self._writing.line(f"• {text.strip()}")
            else:
                self._writing.paragraph(text)

    def _table(self, table: Element) -> None:
        for count, line in enumerate(table_lines(table)):
            (self._writing.line if count else self._writing.paragraph)(line)


def _has_lines(code: Element) -> bool:
    """It is what trafilatura makes of `pre`."""
    return "\n" in "".join(strings(code)).strip("\n")
