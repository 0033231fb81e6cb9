"""Office files written for a test, and the text that is read of them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from playground.tabs.rag.lab import loaders


def read_text(name: str, content: bytes) -> str:
    source = loaders.Source(name, content)
    return "\n\n".join(page.text for page in loaders.loader(loaders.recognise(source) or "").load(source))


def docx(rows: Sequence[Sequence[Any]], arrange: Callable[[Any], object] | None = None) -> str:
    from docx import Document

    document = Document()
    table = document.add_table(len(rows), len(rows[0]))
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    if arrange is not None:
        arrange(table)
    kept = io.BytesIO()
    document.save(kept)
    return read_text("a.docx", kept.getvalue())


def pptx(rows: Sequence[Sequence[Any]], arrange: Callable[[Any], object] | None = None) -> str:
    from pptx import Presentation

    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    table = slide.shapes.add_table(len(rows), len(rows[0]), 0, 0, 5_000_000, 2_000_000).table
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    if arrange is not None:
        arrange(table)
    kept = io.BytesIO()
    show.save(kept)
    return read_text("a.pptx", kept.getvalue())


def xlsx(rows: Sequence[Sequence[Any]], arrange: Callable[[Any], object] | None = None) -> str:
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    if arrange is not None:
        arrange(book.active)
    kept = io.BytesIO()
    book.save(kept)
    return read_text("a.xlsx", kept.getvalue())
