"""What the components of several tabs hold, checked."""

from __future__ import annotations

from collections.abc import Sequence

from playground.asking.errors import ArgumentError


def texts_of(value: object) -> tuple[str, ...]:
    """The texts of a list, each once; nothing for what is no list."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    return tuple(dict.fromkeys(one for one in value if isinstance(one, str) and one))


def checked_within(name: str, value: object, low: float, high: float, *, whole: bool = False) -> float:
    """A number from `low` to `high`. Raises `ArgumentError("number")`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ArgumentError("number", name=name, low=low, high=high)
    if whole and value != int(value):
        raise ArgumentError("number", name=name, low=low, high=high)
    return value
