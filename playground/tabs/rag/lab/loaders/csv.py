"""CSV and its relatives, with commas, semicolons, tabs or bars between values: a line a row."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading import tables
from playground.tabs.rag.lab.reading.page_writer import PageWriter

SUFFIXES = (".csv", ".tsv")
_DELIMITERS = ",;\t|"
_LOOKED_AT = 20


def claims(source: Source) -> Claim:
    """Any text can be a table of one column: the suffix decides."""
    return Claim.NAMED if source.suffix in SUFFIXES and source.text is not None else Claim.NONE


def load(source: Source) -> Iterator[DocumentPage]:
    """One page. A line "sep=;" in front, as Excel writes it, is followed."""
    text = source.text or ""
    csv.field_size_limit(max(1, source.bounds.characters))
    head, _, rest = text.partition("\n")
    said = head.strip().lower()
    if said.startswith("sep=") and len(said) == 5:
        delimiter, text = said[-1], rest
    else:
        delimiter = _delimiter(text)
    writing = PageWriter(source.bounds.characters)
    for line in tables.lines(csv.reader(text.splitlines(keepends=True), delimiter=delimiter)):
        writing.line(line)
    yield writing.page(1)


def _delimiter(text: str) -> str:
    """The one that divides the first rows into the same number of values, and more of them than the others do."""
    head = text[:20_000].splitlines(keepends=True)[:_LOOKED_AT]

    def fit(delimiter: str) -> tuple[bool, int]:
        widths = [len(row) for row in csv.reader(head, delimiter=delimiter) if row]
        return (len(set(widths)) == 1 and widths[0] > 1, min(widths)) if widths else (False, 0)

    return max(_DELIMITERS, key=fit)
