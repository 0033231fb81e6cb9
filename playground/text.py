"""The texts of the page, in every language: `assets/locale/<language>/*.toml`."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from playground.languages import FALLBACK, closest, in_language
from playground.numerals import moment, numeral, plural_form
from providers.catalog import ASSETS

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LocaleTexts:
    """Texts by language and dotted key (`[chat] send = …` is `chat.send`); each language has all that English has."""

    tables: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, folder: Path) -> LocaleTexts:
        """Read `<folder>/<language>/*.toml`; what a language lacks is taken from English, and the log says so once.

        Raises `ValueError` for a key given twice or a value that is no text.
        """
        own = {place.name: _language(place) for place in sorted(folder.iterdir()) if place.is_dir()}
        for language, table in own.items():
            if missing := own[FALLBACK].keys() - table.keys():
                log.warning("%s: %d texts are shown in English, such as %s", language, len(missing), min(missing))
        return cls({language: own[FALLBACK] | table for language, table in own.items()})

    def languages(self) -> tuple[str, ...]:
        return tuple(self.tables)

    def text(self, language: str, key: str, /, **values: object) -> str:
        """The text with its gaps filled, as by `str.format`; in English where the language is unknown.

        A gap that says how a number is written (`{count:,}`, `{share:.0%}`) is written as the language writes it. Of a
        text with plurals (`[rag.pages] one = …, other = …`) `count` chooses one. Raises `KeyError` for an unknown key
        and for a gap without its value.
        """
        table = in_language(self.tables, language)
        if key not in table and (count := values.get("count")) is not None:
            form = f"{key}.{plural_form(language, float(str(count)))}"
            key = form if form in table else f"{key}.other"
        return _Gaps(language).vformat(table[key], (), values)

    def number(self, language: str, value: float, spec: str) -> str:
        """A number alone; see `numeral`."""
        return numeral(closest(language, self.tables), value, spec)

    def moment(self, language: str, when: str) -> str:
        """A time in ISO 8601; see `moment`."""
        return moment(closest(language, self.tables), when)

    def has(self, key: str) -> bool:
        """Every language has it."""
        return all(key in table or f"{key}.other" in table for table in self.tables.values())


class _Gaps(Formatter):
    """`str.format`, with numbers as a language writes them."""

    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: object, format_spec: str) -> str:
        if format_spec and isinstance(value, int | float):
            return numeral(self._language, value, format_spec)
        return format(value, format_spec)


@cache
def texts(folder: Path = ASSETS / "locale") -> LocaleTexts:
    """The page's own texts, read once."""
    return LocaleTexts.load(folder)


def text(language: str, key: str, /, **values: object) -> str:
    """One of the page's own texts; see `LocaleTexts.text`."""
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
