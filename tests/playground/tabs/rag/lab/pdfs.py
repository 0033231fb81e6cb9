"""PDFs written for a test: pages of drawn text, pictures, fields and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .hostile import pdf

_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
_PICTURE = (
    b"<< /Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 4 >>\n"
    b"stream\n\x00\x80\xff\x40\nendstream"
)


@dataclass(frozen=True, slots=True)
class Page:
    """What is drawn, and dictionaries of what is put on it (`/Subtype /Widget …`); fields are among the form's."""

    drawing: str = ""
    notes: Sequence[str] = field(default=())


def text(at: tuple[float, float], *lines: str, leading: float = 14, size: float = 10) -> str:
    """Lines below each other, the first one there, in points from the bottom left corner."""
    drawn = "\n".join(f"({_escaped(line)}) Tj T*" for line in lines)
    return f"BT /F {size} Tf {leading} TL {at[0]} {at[1]} Td\n{drawn}\nET\n"


def row(y: float, *cells: str, left: float = 50, width: float = 110) -> str:
    """Cells side by side, each put in its place."""
    return "".join(text((left + width * place, y), cell) for place, cell in enumerate(cells))


def picture(left: float, bottom: float, width: float, height: float) -> str:
    return f"q {width} 0 0 {height} {left} {bottom} cm /P Do Q\n"


def written(*pages: Page) -> bytes:
    """Pages of A4."""
    objects = [b"", b"", _FONT, _PICTURE]
    kids, fields = [], []
    for page in pages:
        notes = []
        for note in page.notes:
            objects.append(b"<< /Type /Annot /F 4 %b >>" % note.encode("cp1252"))
            notes.append(b"%d 0 R" % len(objects))
            if "/Widget" in note:
                fields.append(notes[-1])
        drawing = page.drawing.encode("cp1252")
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawing), drawing))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Annots [%b] "
            b"/Resources << /Font << /F 3 0 R >> /XObject << /P 4 0 R >> >> >>" % (len(objects), b" ".join(notes))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%b] >> >>" % b" ".join(fields)
    objects[1] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (b" ".join(kids), len(kids))
    return pdf(objects)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
