"""XLSX: a page a sheet, a line a row, values as shown. Of formulas, the values that were saved with
them, or where there are none, the formulas."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace

from playground.tabs.rag.lab.documents import DocumentPage, Omission
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading import tables, zipped
from playground.tabs.rag.lab.reading.page_writer import PageWriter
from playground.tabs.rag.lab.reading.sheet_rows import FormulaRows, Row, lacks_values, merged_cells, rows_shown

SUFFIXES = (".xlsx", ".xlsm")
VERSION = 2


def claims(source: Source) -> Claim:
    return Claim.CERTAIN if "xl/workbook.xml" in source.parts else Claim.NONE


def load(source: Source) -> Iterator[DocumentPage]:
    """Hidden sheets too. The name of a sheet is its label and its heading; sheets without text are left empty."""
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
            sheet.reset_dimensions()  # what a file says about its own size is not to be relied on
            writing = PageWriter(source.bounds.characters)
            with archive.open(sheet._worksheet_path) as part:  # read-only sheets do not tell what is merged
                merged = merged_cells(part)
            with archive.open(sheet._worksheet_path) as part:
                uncounted = lacks_values(part)
            rows: Iterable[Row] = sheet.iter_rows()
            formula_rows = None
            if uncounted:
                written = written or load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
                formulas = written.worksheets[number - 1]
                formulas.reset_dimensions()
                rows = formula_rows = FormulaRows(rows, formulas.iter_rows())
            for line in tables.lines(rows_shown(rows, merged)):
                if writing.blank:
                    writing.heading(sheet.title, 1)
                    writing.paragraph(line)
                else:
                    writing.line(line)
            page = writing.page(number, sheet.title)
            if formula_rows is not None and formula_rows.count:
                page = replace(page, omissions=(Omission(kind="formulas", count=formula_rows.count),))
            yield page
