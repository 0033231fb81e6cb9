"""Damaged uploads by the thousand: none may end the server, and each gets a document or a named error.

`python -m tests.fuzz_documents [--count 10000] [--seed 0] [--workers 2]`

Each is one of the real files of `tests/playground/tabs/rag/lab/files`, or a picture, with bytes changed, taken out,
repeated, mixed with another file's, cut off, or with the parts of a packed file changed inside; under its own name or
another's. Pictures are unpacked in `fuzz_pictures`: here only their heads are read.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import time
import zipfile
import zlib
from collections import Counter
from pathlib import Path

from playground.asking.upload import Upload
from playground.tabs.rag.lab.documents import Document
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.parsing import DocumentBounds, Parsers
from tests import fuzz_pictures

FILES = Path(__file__).parent / "playground" / "tabs" / "rag" / "lab" / "files"
PICTURES = ("photo.heic", "sheets.tiff", "strip.png")
SECONDS = 5.0
NASTY = (
    b"\0",
    b"\xff",
    b"<",
    b">",
    b"&",
    b"%",
    b"(",
    b")",
    b"/",
    b"-1",
    b"4294967296",
    b"\xef\xbf\xbe",
    b"obj",
    b"]]>",
)


def mutated(chance: random.Random, files: dict[str, bytes]) -> Upload:
    """One upload."""
    name = chance.choice(sorted(files))
    content = files[name]
    if zipfile.is_zipfile(io.BytesIO(content)) and chance.random() < 0.6:
        content = _inside(chance, content)
    else:
        for _ in range(chance.choice((1, 1, 2, 5, 20))):
            content = _damaged(chance, content, files[chance.choice(sorted(files))])
    if chance.random() < 0.1:
        name = f"{name}.{chance.choice(('txt', 'pdf', 'json', 'csv', 'md', 'html', 'zip'))}"
    return Upload(name, content)


def _damaged(chance: random.Random, content: bytes, other: bytes) -> bytes:
    place = chance.randrange(len(content) + 1)
    size = min(len(content) - place, int(chance.expovariate(1 / 50)))
    match chance.randrange(6):
        case 0:
            middle = bytes(chance.randrange(256) for _ in range(size))
        case 1:
            middle = b""
        case 2:
            middle = content[place : place + size] * chance.randrange(2, 50)
        case 3:
            start = chance.randrange(len(other) + 1)
            middle = other[start : start + size * 4]
        case 4:
            return content[:place] if chance.random() < 0.3 else content
        case _:
            middle = chance.choice(NASTY)
    return content[:place] + middle + content[place + size :]


def _inside(chance: random.Random, content: bytes) -> bytes:
    """A packed file with one of its parts damaged, its checksum right again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed:
        names = archive.namelist()
        chosen = chance.choice(names)
        for name in names:
            part = archive.read(name)
            if name == chosen:
                for _ in range(chance.choice((1, 1, 3, 10))):
                    part = _damaged(chance, part, content)
            changed.writestr(name, part)
    return out.getvalue()


async def fuzzed(count: int, seed: int, workers: int = 2) -> Counter[str]:
    """How often each outcome came. Raises `AssertionError` for one that is no document and has no name."""
    files = {path.name: path.read_bytes() for path in sorted(FILES.iterdir())}
    files |= {name: content for name, content in fuzz_pictures.originals().items() if name in PICTURES}
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    async with Parsers(DocumentBounds(seconds=SECONDS), workers) as parsers:
        for start in range(0, count, 50):
            uploads = [mutated(chance, files) for _ in range(min(50, count - start))]
            for upload, found in zip(uploads, await asyncio.gather(*map(parsers.parse, uploads)), strict=True):
                assert found, upload.name
                for one in found:
                    if isinstance(one, Document):
                        assert one.characters > 0, (upload.name, zlib.crc32(upload.content))
                        outcomes["read"] += 1
                    else:
                        reason = one.failure.key.removeprefix("document_error.")
                        assert reason in UnreadableDocument.reasons, one
                        outcomes[reason] += 1
    return outcomes


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--workers", type=int, default=2)
    given = options.parse_args()
    start = time.monotonic()
    outcomes = asyncio.run(fuzzed(given.count, given.seed, given.workers))
    print(f"{given.count} uploads in {time.monotonic() - start:.0f} s, seed {given.seed}; this process is still here")
    for outcome, count in outcomes.most_common():
        print(f"{outcome:15} {count}")


if __name__ == "__main__":
    main()
