"""Our own task sets: rows of data, checked as they are read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from playground.languages import FALLBACK, in_language
from playground.measuring.errors import MeasuringError
from playground.measuring.items import KINDS, LETTERS, Item, Kind, TaskSet
from playground.measuring.rows import RowReader, json_object
from providers.catalog import ASSETS

__all__ = ["KINDS", "LETTERS", "Item", "Kind", "TaskSet", "languages", "load", "names"]


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
    words: Mapping[str, _SetWords]
    """By language: every table of the set that is named by none of the other fields."""
    aliases: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None


_FIELDS = ("kind", "metrics", "aliases")
_ROWS: TypeAdapter[dict[str, SetRow]] = TypeAdapter(dict[str, SetRow])


def names(assets: Path = ASSETS) -> tuple[str, ...]:
    """The sets of `sets.toml`, in its order. Each is there in every one of `languages`."""
    return tuple(_rows(assets))


def languages(assets: Path = ASSETS) -> tuple[str, ...]:
    """The languages that every set is written in, English first."""
    spoken = [set(row.words) for row in _rows(assets).values()]
    return tuple(sorted(set.intersection(*spoken), key=lambda language: (language != FALLBACK, language)))


def load(name: str, language: str, assets: Path = ASSETS) -> TaskSet:
    """A set with its examples. Raises `MeasuringError("task_set")` for an unknown one, `DocumentError` for a line."""
    row = _rows(assets).get(name)
    if row is None or language not in row.words:
        raise MeasuringError("task_set", name=name[:120])
    words = row.words[language]
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
    table = in_language(_own_texts(assets)[kind], language)
    return table["instruction"], table["answer_format"]


@cache
def _own_texts(assets: Path) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return _OWN.validate_python(tomllib.loads((assets / "tasks" / "own.toml").read_text("utf-8")))


_OWN: TypeAdapter[dict[str, dict[str, dict[str, str]]]] = TypeAdapter(dict[str, dict[str, dict[str, str]]])


@cache
def _rows(assets: Path) -> Mapping[str, SetRow]:
    tables = tomllib.loads((assets / "tasks" / "sets.toml").read_text("utf-8"))
    return _ROWS.validate_python({name: _row(table) for name, table in tables.items()})


def _row(table: Mapping[str, object]) -> dict[str, object]:
    known = {name: value for name, value in table.items() if name in _FIELDS}
    return {**known, "words": {name: value for name, value in table.items() if name not in _FIELDS}}


def _lines(file: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """The objects of a JSONL file with their line numbers, from 1; empty lines are passed over."""
    for number, line in enumerate(file.read_text("utf-8").split("\n"), start=1):
        if line.strip():
            yield number, json_object(line, file.name, number)
