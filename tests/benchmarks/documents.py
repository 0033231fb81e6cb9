"""How fast is the text of a PDF read? Pages a second: by PDFium alone, by our loader, and through a parser process.

`python -m tests.benchmarks.documents [--pages 300] [--repeats 5] [--beside FOLDER] [FILE.pdf]`

The PDFs are made here: pages of 46 lines of about 80 letters, words divided at line ends; the same as paragraphs of
whole words; and tables, a cell at a time. The ways take turns in each repeat; the quickest of each is printed, as what
else runs on the computer only makes it slower, and what part of the bare library's speed is left. `--beside` measures
the loader of another copy of the program in the same run. Seconds are those of the processor; of the parser process,
those of the clock.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pypdfium2

from playground.asking.upload import Upload
from playground.tabs.rag.lab.documents import Document
from playground.tabs.rag.lab.loaders import Source, loader
from playground.tabs.rag.lab.parsing import DocumentBounds, Parsers

LINES = 46
SYLLABLES = ("la", "ter", "mo", "ni", "cas", "per", "du", "val", "en", "so", "rin", "ta", "che", "bil", "go", "men")


KINDS = ("divided", "paragraphs", "table")
_BESIDE = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.loaders import Source, loader
for line in sys.stdin:
    content, start = Path(line.strip()).read_bytes(), time.process_time()
    for page in loader("pdf").load(Source("a.pdf", content, DocumentBounds(pages=100_000))):
        pass
    print(time.process_time() - start, flush=True)
"""


def written(pages: int, seed: int = 0, kind: str = "divided") -> bytes:
    """A PDF of so many pages of words that nobody knows."""
    chance = random.Random(seed)
    count = pages * 2 + 3
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"}
    kids = b" ".join(b"%d 0 R" % (4 + 2 * page) for page in range(pages))
    objects[2] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, pages)
    for page in range(pages):
        drawing = _table(chance) if kind == "table" else _drawing(chance, divided=kind == "divided")
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


def _drawing(chance: random.Random, *, divided: bool) -> bytes:
    lines = []
    for place in range(LINES):
        line = ""
        while len(line) < (50 if not divided and place % 6 == 5 else 80):
            line += _word(chance) + " "
        end = b"-" if divided else b"." if place % 6 == 5 else b""
        line = line.strip().capitalize() if not divided and place % 6 == 0 else line.strip()
        lines.append(b"(%b%b) Tj T*" % (line.encode(), end))
    return b"BT /F 10 Tf 14 TL 50 790 Td\n" + b"\n".join(lines) + b"\nET"


def _table(chance: random.Random) -> bytes:
    """Rows of five cells, each put in its place."""
    cells = []
    for row in range(LINES):
        for column in range(5):
            text = _word(chance).capitalize() if column == 0 else f"{chance.random() * 100:.2f}"
            cells.append(b"BT /F 10 Tf %d %d Td (%b) Tj ET" % (50 + 100 * column, 790 - 14 * row, text.encode()))
    return b"\n".join(cells)


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.randint(1, 4)))


def bare(content: bytes) -> int:
    """What PDFium gives, page by page."""
    with pypdfium2.PdfDocument(content) as document:
        return sum(len(document[place].get_textpage().get_text_range()) for place in range(len(document)))


def loaded(content: bytes) -> int:
    """With paragraphs, headings and labels."""
    bounds = DocumentBounds(pages=100_000)
    return sum(len(page.text) for page in loader("pdf").load(Source("a.pdf", content, bounds)))


async def measured(content: bytes, repeats: int, beside: Path | None) -> dict[str, float]:
    """Pages a second, by way."""
    with pypdfium2.PdfDocument(content) as document:
        pages = len(document)
    seconds: dict[str, list[float]] = {"bare PDFium": [], "loader": [], "parser process": []}
    with tempfile.NamedTemporaryFile(suffix=".pdf") as kept:
        kept.write(content)
        kept.flush()
        other = _other(beside, Path(kept.name)) if beside is not None else None
        async with Parsers(DocumentBounds(pages=100_000)) as parsers:
            await parsers.parse(Upload("warm.pdf", content))
            for _ in range(repeats):
                seconds["bare PDFium"].append(_timed(bare, content))
                seconds["loader"].append(_timed(loaded, content))
                if other is not None:
                    seconds.setdefault("loader beside", []).append(other())
                start = time.perf_counter()
                (found,) = await parsers.parse(Upload("a.pdf", content))
                seconds["parser process"].append(time.perf_counter() - start)
                assert isinstance(found, Document) and len(found.pages) == pages, found
    return {way: pages / min(taken) for way, taken in seconds.items()}


def _other(folder: Path, kept: Path) -> Callable[[], float]:
    """Measures the loader of another copy, in a process that ends with this one."""
    child = subprocess.Popen(
        [sys.executable, "-c", _BESIDE, str(folder.absolute())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def measure() -> float:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(f"{kept}\n")
        child.stdin.flush()
        return float(child.stdout.readline())

    measure()
    return measure


def _timed(way: Callable[[bytes], int], content: bytes) -> float:
    start = time.process_time()
    assert way(content) > 0
    return time.process_time() - start


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", nargs="?", type=Path)
    options.add_argument("--pages", type=int, default=300)
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--beside", type=Path)
    given = options.parse_args()
    contents = (
        {given.file.name: given.file.read_bytes()}
        if given.file
        else {kind: written(given.pages, kind=kind) for kind in KINDS}
    )
    for kind, content in contents.items():
        rates = asyncio.run(measured(content, given.repeats, given.beside))
        for way, rate in rates.items():
            against = f"  ours is {rates['loader'] / rate:.2f} × as fast" if way == "loader beside" else ""
            print(f"{kind:12} {way:15} {rate:7.0f} pages/s  {rate / rates['bare PDFium']:.2f} ×{against}")


if __name__ == "__main__":
    main()
