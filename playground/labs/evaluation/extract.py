"""Finding the answer in what a model wrote. Apart from scoring: a wrong extraction must be visible as such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from playground.labs.evaluation.items import Kind

Rule = Literal["stated", "last_number", "letter", "option", "label", "line", "whole", "code", "likelihood", "none"]


@dataclass(frozen=True, slots=True)
class Extraction:
    """The answer as found: normalised `value`, its place `text[start:end]`, and the rule that found it."""

    value: str | None
    start: int | None
    end: int | None
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What to look for. `aliases`: other words for each label."""

    kind: Kind
    choices: tuple[str, ...] = ()
    language: str = "en"
    aliases: Mapping[str, tuple[str, ...]] | None = None


def extract(text: str, sought: Sought) -> Extraction:
    """The answer in a model's text; `rule="none"` where there is none."""
    raise NotImplementedError
