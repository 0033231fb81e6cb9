"""The texts of the page, in every language: `assets/locale/<language>/*.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from providers.catalog import ASSETS

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts by language and dotted key (`[chat] send = …` is `chat.send`)."""

    tables: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, folder: Path) -> Texts:
        """Read `<folder>/<language>/*.toml`. Raises `ValueError` for a key given twice or a value that is no text."""
        return cls({place.name: _language(place) for place in sorted(folder.iterdir()) if place.is_dir()})

    def languages(self) -> tuple[str, ...]:
        return tuple(self.tables)

    def text(self, language: str, key: str, /, **values: object) -> str:
        """The text with its gaps filled, as by `str.format`; in English where the language is unknown.

        Raises `KeyError` for an unknown key and for a gap without its value.
        """
        table = self.tables.get(language) or self.tables[FALLBACK]
        return table[key].format(**values)

    def has(self, key: str) -> bool:
        """Every language has it."""
        return all(key in table for table in self.tables.values())


@cache
def texts(folder: Path = ASSETS / "locale") -> Texts:
    """The page's own texts, read once."""
    return Texts.load(folder)


def text(language: str, key: str, /, **values: object) -> str:
    """One of the page's own texts; see `Texts.text`."""
    return texts().text(language, key, **values)


def languages() -> tuple[str, ...]:
    """The languages the page speaks."""
    return texts().languages()


def _language(place: Path) -> dict[str, str]:
    table: dict[str, str] = {}
    for file in sorted(place.glob("*.toml")):
        for key, value in _flat(tomllib.loads(file.read_text("utf-8"))):
            if key in table:
                raise ValueError(f"{place.name}: the text {key!r} is given twice")
            table[key] = value
    return table


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        match value:
            case dict():
                yield from _flat(value, f"{prefix}{name}.")
            case str():
                yield f"{prefix}{name}", value
            case _:
                raise ValueError(f"the text {prefix}{name!r} is a {type(value).__name__}")
