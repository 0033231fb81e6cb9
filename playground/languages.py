"""A language is data: what there is in one is found by its code, and in English where there is none in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

V = TypeVar("V")
FALLBACK = "en"
"""The language that everything is written in."""


def in_language(table: Mapping[str, V], language: str) -> V:
    """What `table`, by language, has in that one, or in English. Raises `KeyError` where it has neither."""
    return table[closest(language, table)]


def closest(language: str, among: Collection[str]) -> str:
    """That language where it is among them, else English."""
    return language if language in among else FALLBACK
