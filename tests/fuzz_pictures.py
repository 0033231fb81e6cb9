"""Damaged pictures by the thousand: each gives pixels within bounds or a named error, and no decoder ends its process.

`python -m tests.fuzz_pictures [--count 10000] [--seed 0]`

Every kind that is read, with bytes changed, taken out, repeated, mixed with another picture's or cut off; what comes of
it is cut into the pieces that a reader of text would be given. One process reads them all, bounded as the program is
that cleans images; where it ends, the next one goes on with the picture after that.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from playground.asking.images.clean import PROGRAM
from playground.asking.images.errors import RejectedImage
from playground.asking.images.pieces import MOST, SLIMMEST, pieces
from playground.asking.images.pixels import ImageBounds, picture_pages
from providers.errors import ImageError
from tests.playground.drawn_text import page, saved

ROOT = Path(__file__).parents[1]
BOUNDS = ImageBounds(pixels=4_000_000, frames=20, side=512)
NASTY = (b"\0", b"\xff", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"ftyp", b"II*\0", b"\xff\xd8")


def originals() -> dict[str, bytes]:
    """A picture of each kind, some of several pages, and two strips."""
    words = [(8, 8, "Se alquila bicicleta")]
    plain, clear = page((260, 60), words, 20), page((260, 60), words, 20, "RGBA")
    sheets = [page((120 + number, 60), words, 20) for number in range(3)]
    grey = Image.fromarray((np.asarray(plain.convert("L")).astype(np.uint16) << 8) + 3)
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        "photo.heic": saved(plain, "HEIF", exif=exif.tobytes()),
        "clear.heic": saved(clear, "HEIF"),
        "burst.heic": saved(sheets[0], "HEIF", sheets[1:]),
        "photo.avif": saved(plain, "AVIF"),
        "photo.jpg": saved(plain, "JPEG", exif=exif.tobytes()),
        "progressive.jpg": saved(plain.convert("CMYK"), "JPEG", progressive=True),
        "clear.png": saved(clear, "PNG"),
        "grey.png": saved(grey, "PNG"),
        "clear.webp": saved(clear, "WEBP"),
        "steps.gif": saved(sheets[0], "GIF", sheets[1:]),
        "sheets.tiff": saved(sheets[0], "TIFF", sheets[1:], compression="tiff_lzw"),
        "fax.tiff": saved(plain.convert("1"), "TIFF", [sheets[1].convert("1")], compression="group4"),
        "jpeg.tiff": saved(plain, "TIFF", compression="jpeg"),
        "grey.tiff": saved(grey, "TIFF"),
        "plain.bmp": saved(plain, "BMP"),
        "strip.png": saved(Image.new("L", (2, 800), 90), "PNG"),
        "strip.tiff": saved(Image.new("1", (9000, 3)), "TIFF", compression="tiff_deflate"),
    }


def damaged(chance: random.Random, files: dict[str, bytes]) -> bytes:
    """One of them, damaged anywhere, and half of the time near its beginning, where its sizes stand."""
    content = files[chance.choice(sorted(files))]
    for _ in range(chance.choice((1, 1, 2, 5))):
        end = len(content) if chance.random() < 0.5 else min(len(content), 200)
        place = chance.randrange(end + 1)
        size = min(len(content) - place, int(chance.expovariate(1 / 8)))
        other = files[chance.choice(sorted(files))]
        start = chance.randrange(len(other))
        again, others = content[place : place + size] * 9, other[start : start + 4 * size]
        middle = chance.choice((b"", chance.randbytes(size), chance.choice(NASTY), others, again))
        content = content[:place] + middle + content[place + size :]
    return content[: chance.randrange(1, len(content) + 1)] if chance.random() < 0.1 else content


def outcome(content: bytes) -> str:
    """Raises `AssertionError` where what is read is not within bounds; what else it raises is a defect too."""
    try:
        for found in picture_pages(content, BOUNDS):
            assert found.pixels.mode == "RGB" and found.width * found.height <= BOUNDS.pixels
            assert found.pixels.width * found.pixels.height <= BOUNDS.side**2
            for piece in pieces(np.asarray(found.pixels)):
                tall, wide = piece.pixels.shape[:2]
                assert tall * wide <= MOST and max(tall, wide) <= SLIMMEST * min(tall, wide)
    except ImageError as error:
        assert error.reason in RejectedImage.reasons
        return str(error.reason)
    return "read"


def fuzzed(count: int, seed: int) -> Counter[str]:
    """How often each outcome came; "ended" is a process that a picture ended."""
    outcomes: Counter[str] = Counter()
    done = 0
    while done < count:
        told = subprocess.run(
            [sys.executable, "-c", f"from tests.fuzz_pictures import child; child({count}, {seed}, {done})"],
            cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
        lines = told.stdout.split()
        outcomes.update(lines)
        done += len(lines)
        if done < count:
            assert told.returncode < 0, (done, told.stderr[-2000:])  # an exception of ours, not a signal
            outcomes["ended"] += 1
            done += 1
    return outcomes


def child(count: int, seed: int, start: int) -> None:
    """A word on standard output for each picture from that one on."""
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (PROGRAM.memory, PROGRAM.memory))
    chance, files = random.Random(seed), originals()
    for number in range(count):
        content = damaged(chance, files)
        if number >= start:
            print(outcome(content), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    start = time.monotonic()
    outcomes = fuzzed(given.count, given.seed)
    print(f"{given.count} pictures in {time.monotonic() - start:.0f} s, seed {given.seed}")
    for name, count in outcomes.most_common():
        print(f"{name:15} {count}")


if __name__ == "__main__":
    main()
