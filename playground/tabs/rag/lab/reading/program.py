"""The program of a parser process: takes files from its standard input, one after another, and sends back their pages.

Run as a file by `parsing.worker`, in an interpreter of its own (`python -I -S`). The first frame says where modules
are found and what the bounds are; then come the files. It ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
from typing import BinaryIO

_MOST = 2**31
_GRACE = 5.0
"""Seconds that a process outlives the time it has for a file, if nobody ends it."""


def main() -> None:
    given, answers = sys.stdin.buffer, _answers()
    length = int.from_bytes(given.read(4), "big")
    start = json.loads(given.read(length))
    sys.path[:] = start["path"]
    from playground.tabs.rag.lab.bounds import DocumentBounds
    from playground.tabs.rag.lab.reading import confine, read, wire

    bounds, ocr = DocumentBounds(**start["bounds"]), bool(start["ocr"])
    confine.leave_network()
    if ocr:
        from playground.tabs.rag.lab.reading.ocr import picture_reader

        picture_reader()
    confine.confine(bounds.ocr_memory if ocr else bounds.memory)
    wire.send(answers, {"ready": os.getpid()})
    while True:
        try:
            body, pieces = wire.receive(given, _MOST)
        except wire.Broken:
            return
        confine.end_after((bounds.ocr_seconds if ocr else bounds.seconds) + _GRACE)
        asked = json.loads(body)
        message, found = read.read_file(asked["name"], pieces[0], read.ReadOptions(bounds, ocr, asked["member"]))
        del pieces
        wire.send(answers, message, found)
        confine.end_after(0)
        if message.get("spent"):
            return


def _answers() -> BinaryIO:
    """Where answers go. Whatever a library prints goes nowhere."""
    stream = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return stream


if __name__ == "__main__":
    main()
