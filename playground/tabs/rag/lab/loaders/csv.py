"""CSV and its relatives, with commas, semicolons, tabs or bars between values: a line a row."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading import tables
from playground.tabs.rag.lab.reading.page_writer import PageWriter
from playground.tabs.rag.lab.reading.table_names import HeaderSigns

SUFFIXES = (".csv", ".tsv")
VERSION = 2
_DELIMITERS = ",;\t|"
_LOOKED_AT = 100
_LONGEST_HEAD = 50_000
_DECIMAL_COMMA = re.compile(r"(?<=\d),\d")
_MOSTLY = 0.9


def claims(source: Source) -> Claim:
    """Any text can be a table of one column: the suffix decides."""
    return Claim.NAMED if source.suffix in SUFFIXES and source.text is not None else Claim.NONE


def load(source: Source) -> Iterator[DocumentPage]:
    """One page. A line "sep=;" in front, as Excel writes it, is followed."""
    text = source.text or ""
    csv.field_size_limit(max(1, source.bounds.characters))
    head, _, rest = text.partition("\n")
    said = head.strip().strip('"').lower()
    if said.startswith("sep=") and len(said) == 5:
        delimiter, text = said[-1], rest
    elif head.lower().startswith("sep=\t"):
        delimiter, text = "\t", rest
    else:
        delimiter = _delimiter(text)
    writing = PageWriter(source.bounds.characters)
    for line in tables.lines(csv.reader(_lines(text), delimiter=delimiter), HeaderSigns(likely=True)):
        writing.line(line)
    yield writing.page(1)


def _lines(text: str) -> io.StringIO:
    """Only line feeds and carriage returns end a line: U+2028 and its like may stand within a value."""
    return io.StringIO(text, newline="")


def _delimiter(text: str) -> str:
    """The one that divides most of the first rows into the same number of values, and into more than the others do.

    Lines before the table (a title, a period) and after it (a total) may differ. Where nearly all commas stand between
    digits, they are decimal commas, if anything else divides the rows.
    """
    head = "".join(islice(_lines(text[:_LONGEST_HEAD]), _LOOKED_AT))
    decimals = len(_DECIMAL_COMMA.findall(head)) >= _MOSTLY * max(1, head.count(","))

    def fit(delimiter: str) -> tuple[bool, float, int]:
        widths = Counter(len(row) for row in csv.reader(_lines(head), delimiter=delimiter) if any(row))
        wide = Counter({width: rows for width, rows in widths.items() if width > 1})
        if not wide:
            return False, 0.0, 0
        width, rows = max(wide.items(), key=lambda one: (one[1], one[0]))
        return not (decimals and delimiter == ","), round(rows / widths.total(), 1), width

    return max(_DELIMITERS, key=fit)
