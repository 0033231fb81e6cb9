"""Writing a page's text piece by piece, with the places of its headings and within its bound."""

from __future__ import annotations

from playground.tabs.rag.lab.documents import DocumentPage, Heading
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.reading.cleaning import clean_code, clean_spaces, one_line

_LONGEST_HEADING = 300


class PageWriter:
    """The text of a page as it grows. Raises `UnreadableDocument("too_long")` beyond `most` characters."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pieces: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []

    def paragraph(self, text: str) -> None:
        """A piece with an empty line before it; nothing where it is blank."""
        self._add(clean_spaces(text), "\n\n")

    def code(self, text: str) -> None:
        """A piece with an empty line before it, its indentation kept."""
        self._add(clean_code(text), "\n\n")

    def line(self, text: str) -> None:
        """A piece on a line of its own."""
        self._add(clean_spaces(text), "\n")

    def heading(self, text: str, level: int) -> None:
        """A heading, on one line between empty lines. What is longer than a heading can be is a paragraph."""
        title = one_line(text)
        if len(title) > _LONGEST_HEADING:
            self.paragraph(title)
        elif title:
            self._add(title, "\n\n")
            start = self._length - len(title)
            self._headings.append(Heading(start=start, text=title, level=max(1, min(9, level))))

    def page(self, number: int, label: str = "") -> DocumentPage:
        return DocumentPage(
            number=number, text="".join(self._pieces), label=one_line(label), headings=tuple(self._headings)
        )

    @property
    def blank(self) -> bool:
        return not self._pieces

    def _add(self, piece: str, gap: str) -> None:
        if not piece:
            return
        if self._pieces:
            if gap == "\n" and self._headings and self._ends_with_heading():
                gap = "\n\n"
            self._pieces.append(gap)
            self._length += len(gap)
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length > self._most:
            raise UnreadableDocument("too_long", limit=self._most)

    def _ends_with_heading(self) -> bool:
        """The last piece is a heading."""
        last = self._headings[-1]
        return last.start + len(last.text) == self._length
