"""What can still be read of a visitor's JSON file that is damaged: its rows one by one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

Row = TypeVar("Row")
_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,]*")
DAMAGED = ".damaged"
"""What the name of a file ends in that was kept aside as it was found."""


def keep_aside(path: Path) -> None:
    """A copy beside it, as `.damaged`, before it is written anew; the first one that is made stays."""
    aside = path.with_suffix(DAMAGED)
    if path.exists() and not aside.exists():
        shutil.copyfile(path, aside)
        aside.chmod(0o600)


def read_rows(text: str, first: str) -> tuple[list[object], int]:
    """The objects of a list in JSON, and how many of them cannot be read. `text` begins behind its bracket, and every
    object begins with the key `first`. A list that breaks off has lost one."""
    begins = re.compile(r'\{\s*"' + re.escape(first) + r'"\s*:')
    rows: list[object] = []
    lost, at = 0, 0
    while True:
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        if text.startswith("]", at):
            return rows, lost
        try:
            row, at = _DECODER.raw_decode(text, at)
            rows.append(row)
        except (ValueError, RecursionError):
            lost += 1
            if (after := begins.search(text, at + 1)) is None:
                return rows, lost
            at = after.start()


def read_value(text: str, name: str) -> object:
    """What stands under a key at the beginning of an object in JSON; `None` where it cannot be read."""
    found = re.compile(r'\{[^{\["]*"' + re.escape(name) + r'"\s*:\s*').match(text)
    try:
        return _DECODER.raw_decode(text, found.end())[0] if found else None
    except (ValueError, RecursionError):
        return None


def readable(rows: Sequence[object], read: Callable[[object], Row]) -> tuple[tuple[Row, ...], int]:
    """The rows of which `read` makes something, and how many it refused with `ValueError`."""
    found: list[Row] = []
    for row in rows:
        try:
            found.append(read(row))
        except ValueError:
            continue
    return tuple(found), len(rows) - len(found)
