"""Our readers of files beside two well-kept libraries and mammoth: how often each is right, and how fast it is.

`python -m tests.benchmarks.readers --cases FOLDER [--python PYTHON] [--repeats 3]`

`--cases` is the folder of cases with their files; `--python` an interpreter of an environment of its own that has
`markitdown[all]`, `xberg` and `mammoth`: a column whose library is not there is left out. Each reads in a process of
its own, without a network; OCR is off. Seconds of the processor, the median of the repeats, are those of a larger
file a format, made here.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.tabs.rag.lab import loaders
from tests.benchmarks import documents
from tests.benchmarks.reader_program import LIBRARIES
from tests.benchmarks.reading_cases import CASES, MAY_REFUSE

ROOT = Path(__file__).parents[2]
ROWS, PARAGRAPHS, PAGES = 5000, 2000, 200


@dataclass(frozen=True, slots=True)
class FileRead:
    """What one library made of a file: its text, or the error's name."""

    text: str | None
    error: str
    seconds: float


def read_all(python: str, library: str, files: list[Path], repeats: int) -> dict[Path, FileRead]:
    """Empty where the interpreter does not have it."""
    if library != "ours" and subprocess.run([python, "-c", f"import {library}"], capture_output=True).returncode:
        return {}
    found: dict[Path, FileRead] = {}
    while len(found) < len(files):
        left = files[len(found) :]
        told = subprocess.run(
            [python, "-m", "tests.benchmarks.reader_program", library],
            input=json.dumps({"files": [str(file) for file in left], "repeats": repeats}) + "\n",
            text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT,
        ).stdout  # fmt: skip
        answers = [_file_read(library, json.loads(line)) for line in told.splitlines()]
        if len(answers) < len(left):
            answers.append(FileRead(None, "took too much time or memory", 0.0))
        found.update(zip(left, answers, strict=False))
    return found


def _file_read(library: str, answer: Mapping[str, Any]) -> FileRead:
    text = answer.get("text")
    if library == "mammoth" and text is not None:
        text = as_html(text)
    return FileRead(text, answer.get("error", ""), answer.get("seconds", 0.0))


def as_html(html: str) -> str:
    """What our reader of HTML makes of it."""
    source = loaders.Source("a.html", f"<!DOCTYPE html><html><body>{html}</body></html>".encode())
    return "\n\n".join(page.text for page in loaders.loader("html").load(source))


def is_right(case: str, found: FileRead) -> bool:
    if found.text is None:
        return case in MAY_REFUSE
    return CASES[case][1](found.text)


def format_of(file: Path) -> str:
    suffix = file.suffix[1:]
    return {"xhtml": "html", "py": "txt", "jsonl": "json"}.get(suffix, suffix)


# -- larger files, for speed -------------------------------------------------------------------------------------------

WORDS = "El taller de cometas abre los jueves por la tarde; quien viene por primera vez trae papel, hilo y cañas."


def paragraphs() -> Iterator[str]:
    return (f"{number}. {WORDS} {WORDS}" for number in range(PARAGRAPHS))


def rows() -> Iterator[list[str]]:
    yield ["Referencia", "Nombre", "Ciudad", "Existencias", "Precio", "Nota"]
    for number in range(ROWS):
        yield [f"REF-{number}", f"tuerca {number}", "Jaén", str(number % 97), f"{number % 13},50", "sin revisar"]


def write_large(folder: Path) -> list[Path]:
    """One file a format."""
    table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows())
    page = "".join(f"<p>{one}</p>" for one in paragraphs())
    comma = io.StringIO()
    csv.writer(comma).writerows(rows())
    piped = [f"| {' | '.join(row)} |" for row in rows()]
    marked = "\n\n".join(paragraphs()) + "\n\n" + "\n".join([piped[0], "|---" * 6 + "|", *piped[1:]])
    records = json.dumps([dict(zip(("a", "b", "c", "d", "e", "f"), row, strict=True)) for row in rows()])
    contents = {
        "pdf": documents.written(PAGES),
        "html": f"<!DOCTYPE html><html><body><h1>Taller</h1>{page}<table>{table}</table></body></html>".encode(),
        "csv": comma.getvalue().encode(),
        "md": f"# Taller\n\n{marked}\n".encode(),
        "txt": "\n\n".join(paragraphs()).encode(),
        "json": records.encode(),
        "docx": _docx(),
        "xlsx": _xlsx(),
        "pptx": _pptx(),
        "epub": _epub(page),
    }
    for suffix, content in contents.items():
        (folder / f"large.{suffix}").write_bytes(content)
    return [folder / f"large.{suffix}" for suffix in contents]


def _docx() -> bytes:
    from docx import Document

    document, kept = Document(), io.BytesIO()
    for one in paragraphs():
        document.add_paragraph(one)
    table = document.add_table(0, 6)
    for row, _ in zip(rows(), range(300), strict=False):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(kept)
    return kept.getvalue()


def _xlsx() -> bytes:
    from openpyxl import Workbook

    book, kept = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("Hoja")
    for row in rows():
        sheet.append(row)
    book.save(kept)
    return kept.getvalue()


def _pptx() -> bytes:
    from pptx import Presentation

    show, kept = Presentation(), io.BytesIO()
    for number in range(PAGES):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = f"Lámina {number}"
        slide.placeholders[1].text = "\n".join([WORDS] * 8)
    show.save(kept)
    return kept.getvalue()


def _epub(page: str) -> bytes:
    kept, count = io.BytesIO(), 20
    items = "".join(
        f'<item id="c{one}" href="c{one}.xhtml" media-type="application/xhtml+xml"/>' for one in range(count)
    )
    spine = "".join(f'<itemref idref="c{one}"/>' for one in range(count))
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="i">x</dc:identifier><dc:title>T'
        "</dc:title><dc:language>es</dc:language></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
        '<rootfiles><rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        book.writestr("META-INF/container.xml", container)
        book.writestr("b.opf", package)
        for one in range(count):
            body = f"<h1>{one}</h1>{page[: len(page) // count].rpartition('<p>')[0]}"
            book.writestr(f"c{one}.xhtml", f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>')
    return kept.getvalue()


# -- the table ---------------------------------------------------------------------------------------------------------


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=Path, required=True)
    options.add_argument("--python", default=sys.executable)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--each", action="store_true", help="a line a case too")
    given = options.parse_args()
    files = {case: given.cases / case / name for case, (name, _) in CASES.items()}
    with tempfile.TemporaryDirectory() as folder:
        large = write_large(Path(folder))
        read = {}
        for library in LIBRARIES:
            python = sys.executable if library == "ours" else given.python
            wanted = [one for one in (*files.values(), *large) if library != "mammoth" or one.suffix == ".docx"]
            read[library] = read_all(python, library, wanted, given.repeats)
        print_table(files, large, {library: found for library, found in read.items() if found}, each=given.each)


def print_table(
    files: dict[str, Path], large: list[Path], read: dict[str, dict[Path, FileRead]], *, each: bool
) -> None:
    right: dict[str, Counter[str]] = defaultdict(Counter)
    cases = Counter(format_of(file) for file in files.values())
    for case, file in files.items():
        verdicts = {name: is_right(case, found[file]) for name, found in read.items() if file in found}
        for name, verdict in verdicts.items():
            right[format_of(file)][name] += verdict
        if each:
            told = " ".join(f"{name} {'right' if verdict else 'WRONG'}" for name, verdict in verdicts.items())
            errors = {name: found[file].error for name, found in read.items() if file in found and found[file].error}
            print(f"{case}: {told}", errors or "")
    seconds = {format_of(file): {n: found[file] for n, found in read.items() if file in found} for file in large}
    print(f"| format | cases | {' | '.join(f'{name}: right · s' for name in read)} |")
    print("|---" * (len(read) + 2) + "|")
    for format in cases:
        cells = [_cell(name, right[format], seconds.get(format, {})) for name in read]
        print(f"| {format} | {cases[format]} | {' | '.join(cells)} |")
    totals = [str(sum(one[name] for one in right.values())) for name in read]
    print(f"| all | {sum(cases.values())} | {' | '.join(totals)} |")


def _cell(name: str, right: Counter[str], seconds: dict[str, FileRead]) -> str:
    if name not in right:
        return "–"
    taken = seconds.get(name)
    return f"{right[name]} · {'–' if taken is None or taken.text is None else f'{taken.seconds:.2f}'}"


if __name__ == "__main__":
    main()
