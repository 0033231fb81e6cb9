"""How alike, and how varied, several texts are."""

from __future__ import annotations

from collections.abc import Sequence


def distinct(texts: Sequence[str], n: int) -> float | None:
    raise NotImplementedError


def agreement(texts: Sequence[str]) -> float | None:
    raise NotImplementedError
