"""Files as the Hub lays them out, one file a layout, found here by its name. A reader's module has `TITLE` and `read`.

The files are the visitor's or the operator's own copies: JSON, JSON Lines or CSV; Parquet is not read.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from playground.measuring.errors import DocumentError, MeasuringError, MeasuringLimit
from playground.measuring.items import TaskSet
from playground.measuring.rows import MAX_ROWS


class TaskSetReader(Protocol):
    """A module of this folder."""

    TITLE: str

    def read(self, path: Path) -> TaskSet:
        """Raises `DocumentError` with "layout" for a file of another layout, or with a row's reason and line."""
        ...


@cache
def names() -> tuple[str, ...]:
    """The layouts there are."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__)))


def reader(name: str) -> TaskSetReader:
    """Raises `MeasuringError("task_set")` for a name that is none."""
    if name not in names():
        raise MeasuringError("task_set", name=name[:120])
    return cast(TaskSetReader, import_module(f"{__name__}.{name}"))


def recognise(path: Path) -> TaskSet | None:
    """The set, where the whole file is laid out as one of these; `None` for a file of one's own.

    Raises `MeasuringLimit("rows")`.
    """
    for name in names():
        try:
            found = reader(name).read(path)
        except DocumentError:  # another layout, or a row that is told better as one of the visitor's own
            continue
        if len(found.items) > MAX_ROWS:
            raise MeasuringLimit("rows", limit=MAX_ROWS)
        if found.items:
            return found
    return None


def records(path: Path, layout: str) -> Iterator[tuple[int, dict[str, object]]]:
    """The objects of a JSON Lines file, or of a JSON file that is one list, with their lines or places, from 1."""
    text = read_text(path, layout)
    if text.lstrip().startswith("["):
        whole = parse_json(text, path, layout)
        rows = list(enumerate(whole, start=1)) if isinstance(whole, list) else []
    else:
        lines = enumerate(text.split("\n"), start=1)
        rows = [(number, parse_json(line, path, layout)) for number, line in lines if line.strip()]
    if not rows:
        raise DocumentError("no_rows", file=path.name)
    for number, row in rows:
        if not isinstance(row, dict):
            raise DocumentError("line", file=path.name, line=number)
        yield number, row


def read_text(path: Path, layout: str) -> str:
    """Raises `DocumentError("layout")` for a file that is no text."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentError("layout", file=path.name, layout=layout) from None


def parse_json(text: str, path: Path, layout: str) -> object:
    """Raises `DocumentError("layout")` for text that is no JSON."""
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        raise DocumentError("layout", file=path.name, layout=layout) from None
    return found
