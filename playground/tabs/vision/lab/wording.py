"""What surrounds images in prompts, from `assets/prompts/vision.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from playground.languages import in_language
from providers.catalog import ASSETS


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionWording:
    image: str
    rules: str
    reading: str
    nothing: str


def wording(language: str) -> VisionWording:
    """English for a language that has none."""
    return in_language(_all(), language)


@cache
def _all() -> Mapping[str, VisionWording]:
    return _TABLE.validate_python(tomllib.loads((ASSETS / "prompts" / "vision.toml").read_text("utf-8")))


_TABLE: TypeAdapter[dict[str, VisionWording]] = TypeAdapter(dict[str, VisionWording])
