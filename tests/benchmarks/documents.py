"""How fast is the text of a PDF read? Pages a second: by PDFium alone, by our loader, and through a parser process.

`python -m tests.benchmarks.documents [--pages 300] [--repeats 5] [FILE.pdf]`

The PDF is made here: pages of 46 lines of about 80 letters, words divided at line ends, an outline. The three ways take
turns in each repeat; the median of each is printed, and what part of the bare library's speed is left.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pypdfium2

from playground.asking.upload import Upload
from playground.tabs.rag.lab.documents import Document
from playground.tabs.rag.lab.loaders import Source, loader
from playground.tabs.rag.lab.parsing import DocumentBounds, Parsers

LINES = 46
SYLLABLES = ("la", "ter", "mo", "ni", "cas", "per", "du", "val", "en", "so", "rin", "ta", "che", "bil", "go", "men")


def written(pages: int, seed: int = 0) -> bytes:
    """A PDF of so many pages of words that nobody knows."""
    chance = random.Random(seed)
    count = pages * 2 + 3
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"}
    kids = b" ".join(b"%d 0 R" % (4 + 2 * page) for page in range(pages))
    objects[2] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, pages)
    for page in range(pages):
        drawing = _drawing(chance)
        objects[4 + 2 * page] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (5 + 2 * page)
        )
        objects[5 + 2 * page] = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawing), drawing)
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number in range(1, count + 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, objects[number])
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (count + 1)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (count + 1, len(out))
    return bytes(out) + head + table + end


def _drawing(chance: random.Random) -> bytes:
    lines = []
    for _ in range(LINES):
        line = ""
        while len(line) < 80:
            line += "".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) + " "
        lines.append(b"(%b-) Tj T*" % line.strip().encode())
    return b"BT /F 10 Tf 14 TL 50 790 Td\n" + b"\n".join(lines) + b"\nET"


def bare(content: bytes) -> int:
    """What PDFium gives, page by page."""
    with pypdfium2.PdfDocument(content) as document:
        return sum(len(document[place].get_textpage().get_text_range()) for place in range(len(document)))


def loaded(content: bytes) -> int:
    """With paragraphs, headings and labels."""
    bounds = DocumentBounds(pages=100_000)
    return sum(len(page.text) for page in loader("pdf").load(Source("a.pdf", content, bounds)))


async def measured(content: bytes, repeats: int) -> dict[str, float]:
    """Pages a second, by way."""
    with pypdfium2.PdfDocument(content) as document:
        pages = len(document)
    seconds: dict[str, list[float]] = {"bare PDFium": [], "loader": [], "parser process": []}
    async with Parsers(DocumentBounds(pages=100_000)) as parsers:
        await parsers.parse(Upload("warm.pdf", content))
        for _ in range(repeats):
            seconds["bare PDFium"].append(_timed(bare, content))
            seconds["loader"].append(_timed(loaded, content))
            start = time.perf_counter()
            (found,) = await parsers.parse(Upload("a.pdf", content))
            seconds["parser process"].append(time.perf_counter() - start)
            assert isinstance(found, Document) and len(found.pages) == pages, found
    return {way: pages / median(taken) for way, taken in seconds.items()}


def _timed(way: Callable[[bytes], int], content: bytes) -> float:
    start = time.perf_counter()
    assert way(content) > 0
    return time.perf_counter() - start


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", nargs="?", type=Path)
    options.add_argument("--pages", type=int, default=300)
    options.add_argument("--repeats", type=int, default=5)
    given = options.parse_args()
    content = given.file.read_bytes() if given.file else written(given.pages)
    rates = asyncio.run(measured(content, given.repeats))
    for way, rate in rates.items():
        print(f"{way:15} {rate:7.0f} pages/s  {rate / rates['bare PDFium']:.2f} ×")


if __name__ == "__main__":
    main()
