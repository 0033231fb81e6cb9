"""The words around passages and questions: `assets/prompts/retrieval.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from playground.languages import in_language
from providers.catalog import ASSETS


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteWording:
    """How a model is asked to make a follow-up question stand alone."""

    system: str
    asked: str
    user: str
    assistant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeWording:
    """How a model is asked for a question about a passage."""

    system: str
    asked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RagWording:
    """One language's. A text's gaps are filled by `str.format`; what fills them is never read as a template."""

    rules: str
    passages: str
    none: str
    page: str
    question: str
    reminder: str
    rewrite: RewriteWording
    propose: ProposeWording


@cache
def wordings(folder: Path = ASSETS / "prompts") -> Mapping[str, RagWording]:
    """By language. A missing or unknown text is a `ValueError`: a slip must show."""
    return _WORDINGS.validate_python(tomllib.loads((folder / "retrieval.toml").read_text("utf-8")))


def wording(language: str) -> RagWording:
    """That language's, or English."""
    return in_language(wordings(), language)


_WORDINGS: TypeAdapter[dict[str, RagWording]] = TypeAdapter(dict[str, RagWording], config={"extra": "forbid"})
