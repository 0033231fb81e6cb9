"""Files made to hurt whoever reads them, small themselves. Built from real files where a format is involved."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

FILES = Path(__file__).parent / "files"
LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">""" + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
PASSWD = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/passwd">'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def real(name: str) -> bytes:
    return (FILES / name).read_bytes()


QUICK = 1
"""The level that packs hundreds of megabytes in a third of the time, to something as small as a bomb has to be."""


def zipped(parts: Mapping[str, bytes], level: int = 9) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def changed(content: bytes, parts: Mapping[str, bytes], level: int = 9) -> bytes:
    """A packed file with some of its parts replaced."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        old = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**old, **parts}, level)


def word(body: str, before: str = "") -> bytes:
    """DOCX with this body, and this before its root element."""
    document = f"{before}<w:document {W}><w:body>{body}</w:body></w:document>"
    return changed(real("pandoc.docx"), {"word/document.xml": document.encode()})


def laughing(format: str, definitions: str = LAUGHS) -> bytes:
    """Its main part uses the last of these entities."""
    used = definitions + "]>"
    match format:
        case "docx":
            return word("<w:p><w:r><w:t>&j;</w:t></w:r></w:p>", used)
        case "xlsx":
            strings = f'{used}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&j;</t></si></sst>'
            return changed(real("libreoffice.xlsx"), {"xl/sharedStrings.xml": strings.encode()})
        case "pptx":
            with zipfile.ZipFile(io.BytesIO(real("pandoc.pptx"))) as archive:
                slide = archive.read("ppt/slides/slide1.xml").decode()
            slide = used + slide[slide.index("<p:sld") :].replace("</a:t>", "&j;</a:t>", 1)
            return changed(real("pandoc.pptx"), {"ppt/slides/slide1.xml": slide.encode()})
        case _:
            container = used + '<container><rootfiles><rootfile full-path="&j;"/></rootfiles></container>'
            return changed(real("pandoc.epub"), {"META-INF/container.xml": container.encode()})


def png_bomb(side: int = 14_000) -> bytes:
    """A white picture of `side` × `side` dots."""

    def piece(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * (side // 8 + 1)
    dots = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + piece(b"IDAT", dots) + piece(b"IEND", b"")


def pdf(objects: list[bytes]) -> bytes:
    """A PDF of these objects, the first of them its catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))


def pdf_bomb(size: int = 800 * 2**20) -> bytes:
    """One page, whose drawing unpacks twice, to `size` bytes."""
    block = b"q 1 0 0 1 0 0 cm Q " * 55_000
    packer = zlib.compressobj(9, wbits=-15)
    piece = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)  # may stand any number of times
    once = b"\x78\xda" + piece * (size // len(block)) + packer.flush()
    twice = zlib.compress(once, 9)
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>",
            b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%b\nendstream" % (len(twice), twice),
        ]
    )


def pdf_of_itself() -> bytes:
    """Its pages contain themselves, and it says that there are a million."""
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 1000000 >>",
            b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 999999 >>",
        ]
    )


MB = 2**20
WIDE = LAUGHS.replace("?>", ' encoding="utf-16"?>', 1) + f"]><w:document {W}><w:p>&j;</w:p></w:document>"
SHEETS = [f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3)]
GIF_BOMB = (
    b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff"  # 65,535 pixels each way, in two colours
    b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;"
)
EMPTY_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
REFUSED: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "bomb.zip": ("expands", lambda: zipped({"a.txt": bytes(201 * MB)}, QUICK)),
    "nested.zip": ("archive", lambda: zipped({"again.zip": zipped({"a.txt": b"x"})})),
    "bomb.docx": ("expands", lambda: changed(real("pandoc.docx"), {"word/media/a.bin": bytes(201 * MB)}, QUICK)),
    "memory.docx": ("memory", lambda: word("<w:p/>" * 8_000_000)),
    "deep.docx": ("damaged", lambda: word("<w:tbl><w:tr><w:tc>" * 20_000 + "</w:tc></w:tr></w:tbl>" * 20_000)),
    "laughs.docx": ("entities", lambda: laughing("docx")),
    "laughs.xlsx": ("entities", lambda: laughing("xlsx")),
    "laughs.pptx": ("entities", lambda: laughing("pptx")),
    "laughs.epub": ("entities", lambda: laughing("epub")),
    "wide.docx": ("entities", lambda: changed(real("pandoc.docx"), {"word/document.xml": WIDE.encode("utf-16")})),
    "passwd.docx": ("entities", lambda: laughing("docx", PASSWD)),
    "passwd.epub": ("entities", lambda: laughing("epub", PASSWD)),
    "bomb.pdf": ("crashed", pdf_bomb),
    "itself.pdf": ("too_many_pages", pdf_of_itself),
    "line.txt": ("too_long", lambda: b"word " * (10 * MB)),
    "large.txt": ("too_large", lambda: b"word " * (11 * MB)),
    "bomb.png": ("expands", png_bomb),
    "bomb.gif": ("expands", lambda: GIF_BOMB),
    "deep.json": ("nested", lambda: b"[" * 100_000),
    "deeper.json": ("nested", lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "deep.html": ("empty", lambda: b"<html><body>" + b"<div>" * 100_000 + b"lost"),
    "tags.html": ("empty", lambda: b"<html><body>" + b'<a href="' * 100_000),
    "zeros.txt": ("empty", lambda: bytes(1000)),
    "unseen.txt": ("empty", lambda: "\u200b\u200d\ufeff\u2060".encode() * 50),
    "nothing.pdf": ("empty", lambda: b""),
    "blanks.xlsx": ("empty", lambda: changed(real("libreoffice.xlsx"), dict.fromkeys(SHEETS, EMPTY_SHEET))),
    "old.doc": ("unsupported", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)),
    "program.txt": ("unsupported", lambda: b"\x7fELF\2\1\1" + bytes(range(256)) * 40),
    "locked.zip.pdf": ("encrypted", lambda: real("libreoffice_encrypted.pdf")),
}
HARMLESS: Mapping[str, Callable[[], bytes]] = {
    "cell.xlsx": lambda: changed(
        real("libreoffice.xlsx"),
        {
            "xl/worksheets/sheet3.xml": b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            b'<sheetData><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>'
        },
    ),
    "quotes.csv": lambda: b'a,b\n"' + b"x," * 400_000,
    "letters.txt": lambda: b"a" * 5_000_000,
    "fences.md": lambda: b"`" * 5_000_000,
    "stars.md": lambda: b"# " + b"[*" * 200_000,
    "blanks.md": lambda: b"a" + b" " * 2_000_000 + b"b",
}
