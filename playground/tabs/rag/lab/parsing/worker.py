"""One parser process from the page's side: started when needed, killed when it takes too long, replaced when spent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.reading import wire

_PROGRAM = Path(wire.__file__).with_name("program.py")
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH")
"""What Windows and some installations need to find their libraries. Keys never go along."""
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
_START_SECONDS = 120.0
_MOST_START = 4096
_PER_CHARACTER = 12
"""Bytes of JSON that a character can take, headings that repeat the text included."""
_FRAME = 2**20


class TooSlow(Exception):
    """The file took longer than it may; its process was killed."""


class Died(Exception):
    """The process ended by itself or was killed from elsewhere, or sent what it should not."""


@dataclass(frozen=True, slots=True)
class ParserTask:
    """A file to read. `member`: it comes out of an archive."""

    name: str
    content: bytes
    member: bool = False


class Worker:
    """A process of one kind, used by one thread at a time; `end` may come from any."""

    def __init__(self, bounds: DocumentBounds, *, ocr: bool = False) -> None:
        self._bounds, self._ocr = bounds, ocr
        self._seconds = bounds.ocr_seconds if ocr else bounds.seconds
        self._most = _FRAME + bounds.archive_bytes + bounds.characters * _PER_CHARACTER
        self._child: subprocess.Popen[bytes] | None = None
        self._read = 0

    def ask(self, asked: ParserTask) -> tuple[bytes, list[bytes]]:
        """Blocks until the answer is there. Raises `TooSlow` or `Died`; the process is then gone, and the next call
        starts another."""
        given, answers = self._streams()
        self._read += 1
        with self._within(self._seconds) as late:
            try:
                wire.send(given, {"name": asked.name, "member": asked.member}, [asked.content])
                answer = wire.receive(answers, self._most)
            except (OSError, ValueError, wire.Broken):
                self.kill()
                raise TooSlow if late.is_set() else Died from None
        if self._read >= self._bounds.process_files:
            self.kill()
        return answer

    @property
    def fresh(self) -> bool:
        """The last file was the first that this process read."""
        return self._read <= 1

    def end(self) -> None:
        """End the process, whatever it does: the thread that waits for it gets `Died`."""
        child = self._child
        if child is not None:
            child.kill()

    def kill(self) -> None:
        """End the process and clear it away. Does nothing where there is none."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    with suppress(OSError, ValueError):
                        stream.close()

    def _streams(self) -> tuple[BinaryIO, BinaryIO]:
        child = self._child
        if child is None or child.poll() is not None:
            self.kill()
            child = self._child = self._start()
            self._read = 0
        if child.stdin is None or child.stdout is None:
            raise Died
        return child.stdin, child.stdout  # type: ignore[return-value]  # IO[bytes] is what these buffers are

    def _start(self) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        child = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**kept, **_ENVIRONMENT},
            cwd=_PROGRAM.parent,
        )
        self._child = child
        start = {
            "path": [str(Path(entry).absolute()) for entry in sys.path],
            "bounds": asdict(self._bounds),
            "ocr": self._ocr,
        }
        body = json.dumps(start).encode()
        with self._within(_START_SECONDS):
            try:
                assert child.stdin is not None and child.stdout is not None
                child.stdin.write(len(body).to_bytes(4, "big") + body)
                child.stdin.flush()
                wire.receive(child.stdout, _MOST_START)  # type: ignore[arg-type]
            except (OSError, ValueError, wire.Broken):
                self.kill()
                raise Died from None
        return child

    @contextmanager
    def _within(self, seconds: float) -> Iterator[threading.Event]:
        """Kill the process when the time is over; the event then tells."""
        late = threading.Event()

        def end() -> None:
            late.set()
            child = self._child
            if child is not None:
                child.kill()

        clock = threading.Timer(seconds, end)
        clock.daemon = True
        clock.start()
        try:
            yield late
        finally:
            clock.cancel()
