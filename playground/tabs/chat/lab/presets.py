"""Assistants to start from, and prompts to try: rows of data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from providers.catalog import ASSETS


@dataclass(frozen=True, slots=True)
class Preset:
    """A system prompt with its name, by language."""

    id: str
    name: Mapping[str, str]
    system: Mapping[str, str]
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt to try, with a short title, by language."""

    title: Mapping[str, str]
    text: Mapping[str, str]


def presets(assets: Path = ASSETS) -> tuple[Preset, ...]:
    """The rows of `presets/assistants.toml`."""
    rows = tomllib.loads((assets / "presets" / "assistants.toml").read_text("utf-8"))["preset"]
    return _PRESETS.validate_python(rows)


def examples(assets: Path = ASSETS) -> tuple[Example, ...]:
    """The rows of `prompts/examples.toml`."""
    rows = tomllib.loads((assets / "prompts" / "examples.toml").read_text("utf-8"))["example"]
    titles = "_title"
    return tuple(
        Example(
            title={name.removesuffix(titles): value for name, value in row.items() if name.endswith(titles)},
            text={name: value for name, value in row.items() if not name.endswith(titles)},
        )
        for row in rows
    )


_PRESETS: TypeAdapter[tuple[Preset, ...]] = TypeAdapter(tuple[Preset, ...])
