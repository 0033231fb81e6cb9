"""Cutting a document into chunks that an embedding model reads whole, on the borders of sentences and headings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from playground.tabs.rag.lab.chunking.sentences import Span, sentences, split_to_fit
from playground.tabs.rag.lab.documents import Chunk, Document, DocumentPage, Heading

_CHARACTERS = 20
"""Characters a token of the cut, at most: to a tokenizer any long word may be one "unknown" token."""
_HEADINGS = 3
"""The headings above a chunk take at most one part in so many of its tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSize:
    """How long chunks are. `tokens` counts all that is embedded: headings, text, prefix and the model's own marks.

    `overlap`: about so many tokens of whole sentences at a chunk's end are repeated at the start of the next.
    """

    tokens: int = 200
    overlap: int = 30

    def within(self, window: int) -> ChunkSize:
        """No longer than the model's window."""
        tokens = min(self.tokens, window)
        return ChunkSize(tokens=tokens, overlap=min(self.overlap, tokens // 2))


def split(document: Document, count: Callable[[str], int], cut: ChunkSize) -> tuple[Chunk, ...]:
    """The chunks of a document, page by page, none longer than `cut.tokens`.

    `count`: tokens of a text, marks and prefix included. It is asked about once a sentence and once a chunk. Where not
    even one character of a text fits, the chunk is that character (a window of a few tokens only).
    """
    chunks = list[Chunk]()
    above: tuple[Heading, ...] = ()
    for page in document.pages:
        if page.label:  # a sheet, a chapter: what stood above the page before does not stand above this one
            above = ()
        cutter = _Cutter(document, page, count, cut)
        chunks.extend(cutter.chunks(above))
        for heading in page.headings:
            above = _under(above, heading)
    return tuple(chunks)


@dataclass(frozen=True, slots=True)
class _SplitUnit:
    """A sentence, a heading, or a part of a sentence that is too long. `tokens` without the model's marks."""

    start: int
    end: int
    tokens: int
    above: tuple[Heading, ...]
    """The headings that it stands under; of a heading, those of its parents."""
    opens: bool = False
    """It is a heading."""


class _Cutter:
    """Cuts one page."""

    def __init__(self, document: Document, page: DocumentPage, count: Callable[[str], int], cut: ChunkSize) -> None:
        self.document, self.page, self.count, self.cut = document, page, count, cut
        self.marks = count("")
        self.longest = max(1, (cut.tokens - self.marks) // 2)
        self.affordable = dict[tuple[str, ...], tuple[tuple[str, ...], int]]()
        titles = {heading.text.strip() for heading in page.headings}
        self.label = (page.label,) if page.label and page.label.strip() not in titles else ()

    def chunks(self, above: tuple[Heading, ...]) -> Iterator[Chunk]:
        """`above`: the headings still open from the pages before."""
        units = list(self._units(above))
        first = new = 0  # where the chunk starts, and where what no chunk holds yet does
        while new < len(units):
            headings, fixed = self._headings(units[first])
            end = self._fill(units, first, new, self.cut.tokens - fixed)
            chunk = self._chunk(units[first].start, units[end - 1].end, headings)
            while chunk.tokens > self.cut.tokens and end > new + 1:
                end -= 1
                chunk = self._chunk(units[first].start, units[end - 1].end, headings)
            if chunk.tokens > self.cut.tokens and first < new:
                first = new
                continue
            if chunk.tokens > self.cut.tokens:
                yield from self._split_unit(units[new])
            else:
                yield chunk
            first, new = self._overlap(units, first, end), end

    def _units(self, above: tuple[Heading, ...]) -> Iterator[_SplitUnit]:
        text, place = self.page.text, 0
        for heading in sorted(self.page.headings, key=lambda heading: heading.start):
            line = text.find("\n", heading.start)
            end = line if line >= 0 else len(text)
            if not place <= heading.start < end:
                continue
            yield from self._measure_units(place, heading.start, above)
            yield from self._measure_units(heading.start, end, above, opens=True)
            above, place = _under(above, heading), end
        yield from self._measure_units(place, len(text), above)

    def _measure_units(
        self, start: int, end: int, above: tuple[Heading, ...], opens: bool = False
    ) -> Iterator[_SplitUnit]:
        for sentence in sentences(self.page.text, start, end):
            for piece in split_to_fit(self.page.text, sentence, self._fits):
                yield _SplitUnit(*piece, self._tokens(piece), above, opens)
                opens = False

    def _tokens(self, span: Span) -> int:
        return max(1, self.count(self.page.text[slice(*span)]) - self.marks)

    def _fits(self, span: Span) -> bool:
        return span[1] - span[0] <= self.longest * _CHARACTERS and self._tokens(span) <= self.longest

    def _headings(self, unit: _SplitUnit) -> tuple[tuple[str, ...], int]:
        """What of the headings above can be afforded, the nearest first, and its tokens, marks included."""
        titles = tuple(" ".join(heading.text.split()) for heading in unit.above)
        whole = tuple(title for title in (*self.label, *titles) if title)
        if whole not in self.affordable:
            kept = whole
            while kept and self.count(_embedded_text(kept, "")) - self.marks > self.cut.tokens // _HEADINGS:
                kept = kept[1:]
            self.affordable[whole] = kept, self.count(_embedded_text(kept, ""))
        return self.affordable[whole]

    def _fill(self, units: Sequence[_SplitUnit], first: int, new: int, room: int) -> int:
        """The end of a chunk that starts at `first`: all that fits, but no heading once it holds enough."""
        taken, longest = 0, units[first].start + self.cut.tokens * _CHARACTERS
        for place in range(first, len(units)):
            unit = units[place]
            full = taken + unit.tokens > room or unit.end > longest
            if place > new and (full or (unit.opens and taken > room // 4)):
                return place
            taken += unit.tokens
        return len(units)

    def _overlap(self, units: Sequence[_SplitUnit], first: int, end: int) -> int:
        """Where the next chunk starts: some sentences back, but not across a heading nor to this one's start."""
        if end >= len(units) or units[end].opens:
            return end
        place, taken = end, 0
        while place - 1 > first and not units[place - 1].opens:
            taken += units[place - 1].tokens
            if taken > self.cut.overlap * (2 if place == end else 1):
                break
            place -= 1
        return place if self.cut.overlap else end

    def _split_unit(self, unit: _SplitUnit) -> Iterator[Chunk]:
        """A unit alone that is too long with its headings and marks: without headings, and in parts if need be."""
        whole = self._chunk(unit.start, unit.end, ())
        if whole.tokens <= self.cut.tokens:
            yield whole
            return

        def fits(span: Span) -> bool:
            return self.count(self.page.text[slice(*span)]) <= self.cut.tokens

        for start, end in split_to_fit(self.page.text, (unit.start, unit.end), fits):
            yield self._chunk(start, end, ())

    def _chunk(self, start: int, end: int, headings: tuple[str, ...]) -> Chunk:
        text, digest = self.page.text[start:end], self.document.digest
        mark = f"-{self.document.mark}" if self.document.mark else ""
        return Chunk(
            id=f"{digest[:24]}-{self.page.number}-{start}-{end}{mark}",
            document=digest,
            name=self.document.name,
            page=self.page.number,
            start=start,
            end=end,
            text=text,
            headings=headings,
            tokens=self.count(_embedded_text(headings, text)),
            language=self.document.language,
        )


def _embedded_text(headings: tuple[str, ...], text: str) -> str:
    """As `Chunk.embedded_text`."""
    return "\n".join((" › ".join(headings), text)) if headings else text


def _under(above: tuple[Heading, ...], heading: Heading) -> tuple[Heading, ...]:
    """The open headings once this one has begun: it closes those of its level and below."""
    return (*(one for one in above if one.level < heading.level), heading)
