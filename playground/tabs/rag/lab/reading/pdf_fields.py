"""What a page of a PDF says beside its drawing: the values of a form, each with what it is the value of, and notes."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from playground.tabs.rag.lab.reading.cleaning import clean_spaces, one_line

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

_MOST = 2000
_LONGEST = 200_000
"""Bytes of a text that is read of a field."""
_LONGEST_NAME = 120
_LINE = 20.0
"""Points: beside a field that is higher than a line, its name stands at the top."""
_ABOVE = 16.0
_UNSEEN = 1 << 0 | 1 << 1 | 1 << 5
_PASSWORD = 1 << 13
_ON, _OFF, _NOTE = "☒", "☐", "✎"


class _Box(NamedTuple):
    """In points, from the bottom left corner."""

    left: float
    bottom: float
    right: float
    top: float

    def beside(self, other: _Box) -> bool:
        """They share a good part of their height."""
        shared = min(self.top, other.top) - max(self.bottom, other.bottom)
        return shared > 0.5 * min(self.top - self.bottom, other.top - other.bottom)


class _Field(NamedTuple):
    box: _Box
    value: str
    told: str
    """What the form itself calls it, for those who cannot see it."""
    name: str
    """What programs call it."""
    checked: bool | None = None
    """Of a box to tick."""
    typed: bool = False
    """It is no field, but text that somebody typed onto the page."""


def field_lines(page: PdfPage, words: PdfTextPage) -> Iterator[str]:
    """A line a field that is filled in or can be ticked, from top to bottom, and then the notes."""
    from pypdfium2 import raw

    count = min(raw.FPDFPage_GetAnnotCount(page), _MOST)
    fields, notes = list[_Field](), list[str]()
    for place in range(count):
        note = raw.FPDFPage_GetAnnot(page, place)
        if not note:
            continue
        try:
            if raw.FPDFAnnot_GetFlags(note) & _UNSEEN:
                continue
            kind = raw.FPDFAnnot_GetSubtype(note)
            if kind == raw.FPDF_ANNOT_WIDGET:
                fields.extend(_widget(page, note))
            elif kind == raw.FPDF_ANNOT_FREETEXT:
                fields.append(_Field(_box(note), _read_string(note, b"Contents"), "", "", typed=True))
            elif kind not in {raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP}:
                notes.append(_read_string(note, b"Contents"))
        finally:
            raw.FPDFPage_CloseAnnot(note)
    boxes = [field.box for field in fields]
    for field in sorted(fields, key=lambda field: (-round(field.box.top / _LINE), field.box.left)):
        if line := _line(field, boxes, words):
            yield line
    yield from (f"{_NOTE} {clean_spaces(said)}" for said in notes if said.strip())


def _widget(page: PdfPage, note: ctypes.c_void_p) -> Iterator[_Field]:
    """The field that this is a part of; nothing for buttons, signatures and passwords."""
    from pypdfium2 import raw

    form = page.formenv
    if form is None:  # the document lacks its list of fields
        yield _Field(_box(note), _read_string(note, b"V"), _read_string(note, b"TU"), _read_string(note, b"T"))
        return
    kind = raw.FPDFAnnot_GetFormFieldType(form, note)
    told = _text(lambda buffer, size: raw.FPDFAnnot_GetFormFieldAlternateName(form, note, buffer, size))
    name = _text(lambda buffer, size: raw.FPDFAnnot_GetFormFieldName(form, note, buffer, size))
    if kind in {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}:
        yield _Field(_box(note), "", told, name, bool(raw.FPDFAnnot_IsChecked(form, note)))
    elif kind in {raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX, raw.FPDF_FORMFIELD_TEXTFIELD}:
        if raw.FPDFAnnot_GetFormFieldFlags(form, note) & _PASSWORD and kind == raw.FPDF_FORMFIELD_TEXTFIELD:
            return
        value = _text(lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(form, note, buffer, size))
        yield _Field(_box(note), ", ".join(_list_chosen(page, note)) or value, told, name)


def _list_chosen(page: PdfPage, note: ctypes.c_void_p) -> Iterator[str]:
    """What is chosen of a list, as the page shows it."""
    from pypdfium2 import raw

    form = page.formenv
    for place in range(min(raw.FPDFAnnot_GetOptionCount(form, note), _MOST)):
        if raw.FPDFAnnot_IsOptionSelected(form, note, place):
            yield _text(lambda buffer, size, at=place: raw.FPDFAnnot_GetOptionLabel(form, note, at, buffer, size))


def _line(field: _Field, boxes: Sequence[_Box], words: PdfTextPage) -> str:
    if field.typed:
        label = _left_of(field.box, boxes, words)
        return _name_value(label, field.value) if label.endswith((":", "_", "…", "..")) else clean_spaces(field.value)
    if field.checked is not None:
        label = _right_of(field.box, boxes, words) or field.told or _left_of(field.box, boxes, words) or field.name
        return f"{_ON if field.checked else _OFF} {one_line(label)[:_LONGEST_NAME]}"
    if not field.value.strip():
        return ""
    beside = _left_of(field.box, boxes, words) or _above(field.box, words)
    return _name_value(field.told or beside or field.name, field.value)


def _name_value(label: str, value: str) -> str:
    name = one_line(label).rstrip(" :._…")[-_LONGEST_NAME:]
    return f"{name}: {clean_spaces(value)}" if name else clean_spaces(value)


def _left_of(box: _Box, boxes: Sequence[_Box], words: PdfTextPage) -> str:
    """The text between the field before it on the line, or the page's border, and it."""
    before = [other.right for other in boxes if other.right <= box.left + 1 and other.beside(box)]
    found = words.get_text_bounded(
        left=max(before, default=0.0), right=box.left + 1, top=box.top, bottom=max(box.bottom, box.top - _LINE)
    )
    return _last_line(found)


def _right_of(box: _Box, boxes: Sequence[_Box], words: PdfTextPage) -> str:
    after = [other.left for other in boxes if other.left >= box.right - 1 and other.beside(box)]
    found = words.get_text_bounded(
        left=box.right - 1, right=min(after, default=10_000.0), top=box.top + 1, bottom=box.bottom - 1
    )
    return next((line.strip() for line in found.splitlines() if line.strip()), "")


def _above(box: _Box, words: PdfTextPage) -> str:
    found = words.get_text_bounded(left=box.left - 4, right=box.right, top=box.top + _ABOVE, bottom=box.top - 1)
    return _last_line(found)


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def _box(note: ctypes.c_void_p) -> _Box:
    from pypdfium2 import raw

    found = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(note, found)
    return _Box(
        min(found.left, found.right),
        min(found.bottom, found.top),
        max(found.left, found.right),
        max(found.bottom, found.top),
    )


def _read_string(note: ctypes.c_void_p, key: bytes) -> str:
    from pypdfium2 import raw

    return _text(lambda buffer, size: raw.FPDFAnnot_GetStringValue(note, key, buffer, size))


def _text(ask: Callable[..., int]) -> str:
    """What PDFium writes in UTF-16, with a zero at its end, once it has been told how much place there is."""
    size = ask(None, 0)
    if not 2 < size <= _LONGEST:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    ask(buffer, size)
    return bytes(buffer).decode("utf-16-le", "ignore").partition("\0")[0]
