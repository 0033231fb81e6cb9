"""XLSX: a page a sheet, a line a row, values as shown. Of formulas, the values that were saved with
them, or where there are none, the formulas."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from playground.tabs.rag.lab.documents import DocumentPage, Omission
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading import tables, zipped
from playground.tabs.rag.lab.reading.page_writer import PageWriter
from playground.tabs.rag.lab.reading.sheet_notes import texts_beside_cells
from playground.tabs.rag.lab.reading.sheet_rows import FormulaRows, Row, format_rows, lacks_values, merged_cells

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

SUFFIXES = (".xlsx", ".xlsm")
VERSION = 2


def claims(source: Source) -> Claim:
    return Claim.CERTAIN if "xl/workbook.xml" in source.parts else Claim.NONE


def load(source: Source) -> Iterator[DocumentPage]:
    """Hidden sheets too. The name of a sheet is its label and its heading; sheets without text are left empty. What
    stands beside the cells comes after them."""
    import warnings

    from openpyxl import load_workbook

    archive = zipped.open_checked(source.content, source.bounds)
    content = zipped.transitional(source.content, archive)
    with warnings.catch_warnings(action="ignore"):  # of parts that it does not keep, which nobody wants here
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        written = None
        sheets = book.worksheets
        if len(sheets) > source.bounds.pages:
            raise UnreadableDocument("too_many_pages", pages=len(sheets), limit=source.bounds.pages)
        for number, sheet in enumerate(sheets, start=1):
            part = sheet._worksheet_path
            rows: Iterable[Row] = _rows(sheet)
            with archive.open(part) as read:
                uncounted = lacks_values(read)
            if uncounted:
                written = written or load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
                rows = FormulaRows(rows, _rows(written.worksheets[number - 1]))
            with archive.open(part) as read:  # read-only sheets do not tell what is merged
                merged = merged_cells(read)
            writing = _SheetWriter(source.bounds.characters, sheet.title)
            for line in tables.lines(format_rows(rows, merged)):
                writing.say(line)
            for text in texts_beside_cells(archive, part):
                writing.say(text, apart=True)
            page = writing.page(number, sheet.title)
            formulas = rows.count if isinstance(rows, FormulaRows) else 0
            yield replace(page, omissions=(Omission(kind="formulas", count=formulas),)) if formulas else page


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[Row]:
    sheet.reset_dimensions()  # what a file says about its own size is not to be relied on
    return cast("Iterator[Row]", sheet.iter_rows())


class _SheetWriter(PageWriter):
    """Writes the sheet's name as a heading before the first thing that it says."""

    def __init__(self, most: int, title: str) -> None:
        super().__init__(most)
        self._title = title

    def say(self, text: str, *, apart: bool = False) -> None:
        first = self.blank
        if first:
            self.heading(self._title, 1)
        (self.paragraph if first or apart else self.line)(text)
