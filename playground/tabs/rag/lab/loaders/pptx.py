"""PPTX: a page a slide, under its title; text in reading order, tables, and the speaker's notes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading import tables, zipped
from playground.tabs.rag.lab.reading.graphics import A, graphic_lines
from playground.tabs.rag.lab.reading.grid import SpannedCell, lay
from playground.tabs.rag.lab.reading.page_writer import PageWriter
from playground.tabs.rag.lab.reading.slide_shapes import choose_content, in_reading_order, paragraph_text
from playground.tabs.rag.lab.reading.table_names import HeaderSigns

if TYPE_CHECKING:
    from pptx.shapes.base import BaseShape
    from pptx.slide import Slide
    from pptx.table import Table, _Cell

SUFFIXES = (".pptx",)
VERSION = 2
_DEEPEST = 20


def claims(source: Source) -> Claim:
    return Claim.CERTAIN if "ppt/presentation.xml" in source.parts else Claim.NONE


def load(source: Source) -> Iterator[DocumentPage]:
    """Hidden slides too: whoever adds a presentation can see them."""
    from pptx import Presentation

    content = zipped.transitional(source.content, zipped.open_checked(source.content, source.bounds))
    slides = Presentation(io.BytesIO(content)).slides
    if len(slides) > source.bounds.pages:
        raise UnreadableDocument("too_many_pages", pages=len(slides), limit=source.bounds.pages)
    for number, slide in enumerate(slides, start=1):
        yield _page(number, slide, source.bounds.characters)


def _page(number: int, slide: Slide, most: int) -> DocumentPage:
    writing = PageWriter(most)
    choose_content(slide._element)
    title = slide.shapes.title
    name = " ".join(title.text_frame.text.split()) if title is not None else ""
    writing.heading(name, 1)
    for shape in in_reading_order(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            _write(shape, writing, 0)
    if slide.has_notes_slide:
        notes = slide.notes_slide.notes_text_frame if slide.notes_slide else None
        writing.paragraph(notes.text if notes is not None else "")
    return writing.page(number, name[:80])


def _write(shape: BaseShape, writing: PageWriter, depth: int) -> None:
    if depth > _DEEPEST:
        raise RecursionError
    if hasattr(shape, "shapes"):
        for inner in in_reading_order(shape.shapes):
            _write(inner, writing, depth + 1)
        return
    if getattr(shape, "has_table", False):
        lines = list(_table_lines(shape.table))  # type: ignore[attr-defined]
    elif shape.has_text_frame:
        texts = (paragraph_text(one) for one in shape._element.iter(f"{A}p"))
        lines = [text for text in texts if text.strip()]
    else:
        lines = [line for one in shape._element.iter(f"{A}graphicData") for line in graphic_lines(one, shape.part)]
    for count, line in enumerate(lines):
        (writing.line if count else writing.paragraph)(line)


def _table_lines(table: Table) -> Iterator[str]:
    """PowerPoint marks the first row of any new table, forms of two columns too."""
    rows = lay([_span_cell(cell) for cell in row.cells if not cell.is_spanned] for row in table.rows)
    marked = bool(table.first_row)
    return tables.lines(rows, HeaderSigns(likely=marked and len(table.columns) > 2, marked=marked))


def _span_cell(cell: _Cell) -> SpannedCell:
    merged = cell.is_merge_origin
    return SpannedCell(cell.text, cell.span_width if merged else 1, cell.span_height if merged else 1)
