"""One library reads files, in an interpreter that has it: for `readers.py` beside it.

A line of JSON comes in, `{"files": […], "repeats": n}`, and one goes out for each file: its `text`, or the `error` that
was raised, and the median of the processor's `seconds` it took. Without a network, as our own readers are, and within
`MEMORY` and `SECONDS`: a file that takes more ends the process.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from playground.tabs.rag.lab.reading.confine import leave_network

Reader = Callable[[Path], str]
MEMORY, SECONDS = 8 * 2**30, 30
"""Bytes of address space; seconds of the processor for reading a file once."""


def ours() -> Reader:
    from playground.tabs.rag.lab.bounds import DocumentBounds
    from playground.tabs.rag.lab.reading.read import ReadOptions, read_file

    def read(file: Path) -> str:
        found: Any = read_file(file.name, file.read_bytes(), ReadOptions(DocumentBounds(), False, False))[0]
        if "failure" in found:
            raise ValueError(found["failure"])
        return "\n\n".join(page["text"] for page in found["pages"])

    return read


def markitdown() -> Reader:
    from markitdown import MarkItDown  # type: ignore[import-not-found]

    converter = MarkItDown(enable_plugins=False)
    return lambda file: str(converter.convert_local(file).text_content)


def xberg() -> Reader:
    from xberg import ExtractInput, ExtractionConfig, extract  # type: ignore[import-not-found]

    config = ExtractionConfig(use_cache=False, disable_ocr=True, output_format="markdown")

    def read(file: Path) -> str:
        found = asyncio.run(extract(ExtractInput(kind="uri", uri=str(file)), config))
        if not found.results:
            raise ValueError(str(found.errors[0]) if found.errors else "nothing")
        return "\n\n".join(one.content for one in found.results)

    return read


def mammoth() -> Reader:
    """HTML, which `readers.py` has read by our reader of HTML."""
    import mammoth as library  # type: ignore[import-not-found]

    def read(file: Path) -> str:
        with file.open("rb") as content:
            return str(library.convert_to_html(content).value)

    return read


LIBRARIES: dict[str, Callable[[], Reader]] = {one.__name__: one for one in (ours, markitdown, xberg, mammoth)}


def measure(read: Reader, file: Path, repeats: int) -> dict[str, object]:
    taken = []
    try:
        for _ in range(repeats):
            start = time.process_time()
            text = read(file)
            taken.append(time.process_time() - start)
    except BaseException as error:  # noqa: BLE001 - whatever a library raises, a panic of Rust's too, is its answer
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    return {"text": text, "seconds": median(taken)}


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # some of them print
    asked = json.loads(sys.stdin.readline())
    leave_network()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    read = LIBRARIES[sys.argv[1]]()
    for name in asked["files"]:
        signal.setitimer(signal.ITIMER_PROF, SECONDS * asked["repeats"])
        found = measure(read, Path(name), asked["repeats"])
        print(json.dumps(found), file=answers, flush=True)


if __name__ == "__main__":
    main()
