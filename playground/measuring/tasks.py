"""Our own task sets: rows of data, checked as they are read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from playground.measuring.errors import MeasuringError
from playground.measuring.items import KINDS, LETTERS, Item, Kind, TaskSet
from playground.measuring.rows import RowReader, json_object
from providers.catalog import ASSETS

__all__ = ["KINDS", "LETTERS", "Item", "Kind", "TaskSet", "load", "names"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _SetWords:
    title: str
    instruction: str
    answer_format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRow:
    """One table of `sets.toml`."""

    kind: Kind
    metrics: tuple[str, ...]
    en: _SetWords
    es: _SetWords
    aliases: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None


LANGUAGES = ("en", "es")
_ROWS: TypeAdapter[dict[str, SetRow]] = TypeAdapter(dict[str, SetRow])


def names(assets: Path = ASSETS) -> tuple[str, ...]:
    """The sets of `sets.toml`, in its order. Each is there in English and Spanish."""
    return tuple(_rows(assets))


def load(name: str, language: str, assets: Path = ASSETS) -> TaskSet:
    """A set with its examples. Raises `MeasuringError("task_set")` for an unknown one, `DocumentError` for a line."""
    row = _rows(assets).get(name)
    if row is None or language not in LANGUAGES:
        raise MeasuringError("task_set", name=name[:120])
    words = row.en if language == "en" else row.es
    files = [assets / "tasks" / f"{name}.{language}{part}.jsonl" for part in ("", ".examples")]
    items, examples = (
        tuple(reader.item(value, line) for line, value in _lines(file))
        for file, reader in ((file, RowReader(file.name, row.kind, "en")) for file in files)
    )
    return TaskSet(
        name=name,
        language=language,
        kind=row.kind,
        items=items,
        examples=examples,
        source="aula",
        title=words.title,
        instruction=words.instruction,
        answer_format=words.answer_format,
        metrics=row.metrics,
        aliases=(row.aliases or {}).get(language),
    )


def set_rows(assets: Path = ASSETS) -> tuple[SetRow, ...]:
    """The sets' rows, in the order of the file."""
    return tuple(_rows(assets).values())


def own_wording(kind: Kind, language: str, assets: Path = ASSETS) -> tuple[str, str]:
    """Instruction and answer format for a visitor's questions of a kind, from `own.toml`; {labels} is a gap."""
    table = _own(assets)[kind][language if language in LANGUAGES else "en"]
    return table["instruction"], table["answer_format"]


@cache
def _own(assets: Path) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return _OWN.validate_python(tomllib.loads((assets / "tasks" / "own.toml").read_text("utf-8")))


_OWN: TypeAdapter[dict[str, dict[str, dict[str, str]]]] = TypeAdapter(dict[str, dict[str, dict[str, str]]])


@cache
def _rows(assets: Path) -> Mapping[str, SetRow]:
    return _ROWS.validate_python(tomllib.loads((assets / "tasks" / "sets.toml").read_text("utf-8")))


def _lines(file: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """The objects of a JSONL file with their line numbers, from 1; empty lines are passed over."""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        if line.strip():
            yield number, json_object(line, file.name, number)
