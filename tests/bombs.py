"""Small files that unpack without end, each read as a visitor's: how long its process computed, and how much it held.

`python -m tests.bombs`

A bomb a kind and a way to nest them (ZIP, entities of XML, PDF, PNG, GIF, TIFF, pictures in office files, archives in
archives), given to the reader of documents and to the one of pictures in messages. Each in a process of its own, which
asks the system what all its children took; the bounds are read from the reader itself.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import math
import resource
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from playground.asking.images.clean import PROGRAM, clean
from playground.asking.images.pixels import ImageBounds
from playground.asking.upload import Upload
from playground.tabs.rag.lab.bounds import MB
from playground.tabs.rag.lab.documents import Document
from playground.tabs.rag.lab.parsing import DocumentBounds, Parsers
from providers.errors import ImageError
from tests.playground.asking import hostile_images
from tests.playground.drawn_text import saved
from tests.playground.tabs.rag.lab import hostile

ROOT = Path(__file__).parents[1]
SECONDS, MEMORY = 20.0, 512 * MB
"""What a reader may take: of computing, and of memory."""


def overlapping() -> bytes:
    """A ZIP archive whose two hundred files are the same bytes."""
    once = hostile.zipped({"a.txt": bytes(8 * MB)})
    with zipfile.ZipFile(io.BytesIO(once)) as archive:
        end = archive.start_dir
    entry = once[end : once.index(b"PK\5\6")]
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 200, 200, len(entry) * 200, end, 0)
    return once[:end] + entry * 200 + tail


def lying() -> bytes:
    """A ZIP archive that says of its file, two hundred megabytes of zeros, that it has a hundred bytes."""
    content = bytearray(hostile.zipped({"a.txt": bytes(200 * MB)}))
    for mark, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = content.index(mark) + place
        content[at : at + 4] = struct.pack("<L", 100)
    return bytes(content)


def quadratic() -> bytes:
    """A Word file with one long entity, used ten thousand times."""
    used = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "{"a" * 50_000}">]>'
    return hostile.word(f"<w:p><w:r><w:t>{'&a;' * 10_000}</w:t></w:r></w:p>", used)


def tiff() -> bytes:
    """One bit for each of 20,000 × 20,000 dots, all of them the same."""
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "TIFF", compression="group4")
    return out.getvalue()


def square(mode: str, kind: str, share: float = 1.0, **options: object) -> Callable[[], bytes]:
    """No bomb: the largest picture that is taken, all of it white. Of kinds that take more memory it is a `share`."""

    def drawn() -> bytes:
        side = math.isqrt(int(ImageBounds().pixels * share))
        picture = Image.new(mode, (side, side), 1 if mode in ("P", "I;16", "F") else "white")
        return saved(picture, kind, (), **options)

    return drawn


def with_picture(picture: bytes) -> bytes:
    """A Word file with it, as it lies in one."""
    return hostile.changed(hostile.real("pandoc.docx"), {"word/media/image1.png": picture})


DOCUMENTS: Mapping[str, Callable[[], bytes]] = {
    **{name: build for name, (_, build) in hostile.REFUSED.items() if name.split(".")[0] not in ("old", "program")},
    "overlapping.zip": overlapping,
    "lying.zip": lying,
    "quadratic.docx": quadratic,
    "bomb.tiff": tiff,
    "picture.docx": lambda: with_picture(hostile.png_bomb()),
    "packed.zip": lambda: hostile.zipped(
        {"a.docx": hostile.REFUSED["bomb.docx"][1](), "b.pdf": hostile.pdf_bomb(), "c.png": hostile.png_bomb()}
    ),
    "thrice.zip": lambda: hostile.zipped({"b.zip": hostile.zipped({"c.zip": hostile.REFUSED["bomb.zip"][1]()})}),
}
PICTURES: Mapping[str, Callable[[], bytes]] = {
    "pixels.png": hostile_images.pixel_bomb,
    "header.png": hostile_images.small_header_bomb,
    "frames.gif": lambda: hostile_images.animation(10_000),
    "bomb.gif": lambda: hostile.GIF_BOMB,
    "bomb.tiff": tiff,
}


LARGEST: Mapping[str, Callable[[], bytes]] = {
    "colours.png": square("RGB", "PNG"),
    "clear.png": square("RGBA", "PNG"),
    "palette.png": square("P", "PNG", transparency=0),
    "16 bits.png": square("I;16", "PNG"),
    "palette.gif": square("P", "GIF"),
    "fractions.tiff": square("F", "TIFF", compression="tiff_adobe_deflate"),
    "printed.tiff": square("CMYK", "TIFF", compression="tiff_adobe_deflate"),
    "baseline.jpg": square("RGB", "JPEG"),
    "progressive.jpg": square("RGB", "JPEG", 6 / 7, progressive=True, subsampling=0),
    "printed.jpg": square("CMYK", "JPEG", 6 / 9, progressive=True, subsampling=0),
    "clear.webp": square("RGBA", "WEBP", 6 / 17, lossless=True, method=0),
    "photo.webp": square("RGB", "WEBP", 6 / 17, method=0),
    "photo.heic": square("RGB", "HEIF", 6 / 9),
    "clear.heic": square("RGBA", "HEIF", 6 / 12),
    "photo.avif": square("RGB", "AVIF", 6 / 10, speed=10),
    "clear.avif": square("RGBA", "AVIF", 6 / 13, speed=10),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of a bomb: the reader's words for it, and what the largest of its processes took."""

    kind: str
    name: str
    bytes: int
    outcome: str
    seconds: float
    """Of computing, all processes together."""
    memory: int
    """Bytes of memory that the largest process held."""


def measured(kind: str, name: str, content: bytes) -> Measured:
    """In a process of its own, which begins small: what a process held before it became another counts, too."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        command = [sys.executable, "-m", "tests.bombs", "--read", file.name, "--kind", kind, "--name", name]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = json.loads(told)
    return Measured(kind, name, len(content), found["outcome"], found["seconds"], found["memory"])


def all_measured() -> list[Measured]:
    """Every bomb, one after the other."""
    found = [measured("document", name, build()) for name, build in DOCUMENTS.items()]
    return found + [measured("picture", name, build()) for name, build in {**PICTURES, **LARGEST}.items()]


async def _read_document(name: str, content: bytes) -> str:
    async with Parsers(DocumentBounds(seconds=SECONDS, memory=MEMORY)) as parsers:
        found = await parsers.parse(Upload(name, content), ocr=False)
        limits = _limits(parsers)
    told = [str(len(one.pages)) if isinstance(one, Document) else one.failure.key.rpartition(".")[2] for one in found]
    assert limits is None or limits == (MEMORY, 0), limits
    return ", ".join(told)


def _limits(parsers: Parsers) -> tuple[int, int] | None:
    """What the reader's process is held to: bytes of address space, bytes of a file. `None` where it is gone."""
    child = parsers._plain._workers[0]._child
    if child is None or child.poll() is not None:
        return None
    rows = Path(f"/proc/{child.pid}/limits").read_text("ascii").splitlines()
    told = {row[:26].strip(): row[26:].split()[0] for row in rows}
    return int(told["Max address space"]), int(told["Max file size"])


async def _read_picture(name: str, content: bytes) -> str:
    assert PROGRAM.seconds <= SECONDS, PROGRAM
    try:
        return (await clean(content, name)).mime
    except ImageError as error:
        return str(error.reason)


def _read(kind: str, name: str, file: Path) -> None:
    read = _read_document if kind == "document" else _read_picture
    outcome = asyncio.run(read(name, file.read_bytes()))
    took = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = round(took.ru_utime + took.ru_stime, 2)
    print(json.dumps({"outcome": outcome, "seconds": seconds, "memory": took.ru_maxrss * 1024}))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--read", type=Path)
    options.add_argument("--kind", choices=("document", "picture"))
    options.add_argument("--name")
    given = options.parse_args()
    if given.read is not None:
        _read(given.kind, given.name, given.read)
        return
    print("| bomb | kB | what is said | s computed | MB held |\n|---|---|---|---|---|")
    for one in all_measured():
        size = f"{one.bytes / 1000:,.0f}"
        print(
            f"| {one.kind} {one.name} | {size} | {one.outcome} | {one.seconds} | {one.memory / 1e6:.0f} |", flush=True
        )


if __name__ == "__main__":
    main()
