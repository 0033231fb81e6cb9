"""JSON and JSON Lines: a line a value with the way to it, a paragraph a record; numbers as they are written."""

from __future__ import annotations

import json
from collections.abc import Iterator

from playground.tabs.rag.lab.documents import DocumentPage
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import Claim, Source
from playground.tabs.rag.lab.reading.page_writer import PageWriter

SUFFIXES = (".json", ".jsonl", ".ndjson")
VERSION = 2
_DEEPEST = 100


def claims(source: Source) -> Claim:
    """By its suffix, if it is JSON inside: any other text is read as text."""
    if source.suffix not in SUFFIXES or source.text is None or not source.text.lstrip().startswith(("{", "[", '"')):
        return Claim.NONE
    return Claim.NONE if _records(source.text) is None else Claim.NAMED


def load(source: Source) -> Iterator[DocumentPage]:
    """One page. Raises `UnreadableDocument("nested")` below 100 levels."""
    text = source.text or ""
    writing = PageWriter(source.bounds.characters)
    for record in _records(text) or []:
        for count, line in enumerate(_lines(record, "", 0)):
            (writing.line if count else writing.paragraph)(line)
    yield writing.page(1)


def _records(text: str) -> list[object] | None:
    """The elements of a list, the objects of JSON Lines, or the one value; `None` where it is no JSON.

    Raises `UnreadableDocument("nested")` for what Python's reader cannot follow.
    """
    try:
        whole: object = _value(text)
    except RecursionError:
        raise UnreadableDocument("nested") from None
    except ValueError:
        return _rows(text)
    return whole if isinstance(whole, list) else [whole]


def _value(text: str) -> object:
    """Numbers as texts: 10.50 is no 10.5, and a long identifier keeps all its digits."""
    return json.loads(text, parse_float=str, parse_int=str)


def _rows(text: str) -> list[object] | None:
    try:
        rows = [_value(line) for line in text.split("\n") if line.strip()]
    except RecursionError:
        raise UnreadableDocument("nested") from None
    except ValueError:
        return None
    return rows if len(rows) > 1 else None


def _lines(value: object, way: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise UnreadableDocument("nested")
    match value:
        case dict():
            for key, inner in value.items():
                yield from _lines(inner, f"{way}.{key}" if way else str(key), depth + 1)
        case list() if any(isinstance(inner, dict | list) for inner in value):
            for inner in value:
                yield from _lines(inner, way, depth + 1)
        case list():
            yield from _lines(", ".join(_write_value(inner) for inner in value), way, depth + 1)
        case None | "":
            return
        case _:
            yield f"{way}: {_write_value(value)}" if way else _write_value(value)


def _write_value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
