"""A disk that takes nothing more: what files a test's program makes from then on is refused by SQLite or by name."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def full_disk(number: int = errno.ENOSPC) -> Iterator[None]:
    """No new file and no new folder; databases keep the pages that they have (SQLite's own refusal)."""
    with pytest.MonkeyPatch.context() as patch:
        connect, mkdir = sqlite3.connect, Path.mkdir

        def refuse(*_: object, **__: object) -> tuple[int, str]:
            raise OSError(number, os.strerror(number))

        def refuse_new(path: Path, *given: Any, **named: Any) -> None:
            if not path.is_dir():
                raise OSError(number, os.strerror(number), str(path))
            mkdir(path, *given, **named)

        def connect_bounded(*given: Any, **named: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*given, **named)
            connection.execute("pragma max_page_count = 1")  # as many as it has, if it has more
            return connection

        patch.setattr(tempfile, "mkstemp", refuse)
        patch.setattr(Path, "mkdir", refuse_new)
        patch.setattr(sqlite3, "connect", connect_bounded)
        yield


@contextmanager
def small_disk(place: Path, megabytes: int = 4) -> Iterator[bool]:
    """A file system of its own at `place`, in memory, where this user may have one; whether it is there."""
    place.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    try:
        there = subprocess.run(options, capture_output=True).returncode == 0
    except FileNotFoundError:  # a system without this program
        there = False
    try:
        yield there
    finally:
        if there:
            subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def filled(place: Path) -> Iterator[None]:
    """Until the last byte of the disk."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    try:
        yield
    finally:
        filler.unlink()
