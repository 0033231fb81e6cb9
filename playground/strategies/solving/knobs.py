"""What can be set on a strategy: names, bounds and defaults as data, so that a page draws and a server checks them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from playground.asking.errors import ArgumentError, RequestLimit
from providers.types import Scalar


@dataclass(frozen=True, slots=True)
class IntegerKnob:
    """A whole number from `low` to `high`."""

    name: str
    default: int
    low: int
    high: int

    def check(self, value: Scalar) -> int:
        """Raises `ArgumentError("number")`."""
        number = isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high
        if number and int(value or 0) == value:  # a page's slider gives 3.0 for 3
            return int(value)
        raise ArgumentError("number", name=self.name, low=self.low, high=self.high)


@dataclass(frozen=True, slots=True)
class NumberKnob:
    """A number from `low` to `high`."""

    name: str
    default: float
    low: float
    high: float

    def check(self, value: Scalar) -> float:
        """Raises `ArgumentError("number")`."""
        if not isinstance(value, int | float) or isinstance(value, bool) or not self.low <= value <= self.high:
            raise ArgumentError("number", name=self.name, low=self.low, high=self.high)
        return float(value)


@dataclass(frozen=True, slots=True)
class ChoiceKnob:
    """One of several words."""

    name: str
    default: str
    choices: tuple[str, ...]

    def check(self, value: Scalar) -> str:
        """Raises `ArgumentError("choice")`."""
        if value not in self.choices:
            raise ArgumentError("choice", name=self.name, choices=", ".join(self.choices))
        return str(value)


@dataclass(frozen=True, slots=True)
class TextKnob:
    """A text of at most `longest` characters; empty: the strategy's own."""

    name: str
    longest: int
    default: str = ""

    def check(self, value: Scalar) -> str:
        """Raises `ArgumentError("not_text")` and `RequestLimit("message_length")`."""
        if not isinstance(value, str):
            raise ArgumentError("not_text")
        if len(value) > self.longest:
            raise RequestLimit("message_length", limit=self.longest)
        return value


Knob = IntegerKnob | NumberKnob | ChoiceKnob | TextKnob


@dataclass(frozen=True, slots=True)
class Values:
    """Checked values by the name of their knob."""

    by_name: Mapping[str, int | float | str]

    def whole(self, name: str) -> int:
        return int(self.by_name[name])

    def number(self, name: str) -> float:
        return float(self.by_name[name])

    def word(self, name: str) -> str:
        return str(self.by_name[name])


def check_values(knobs: Iterable[Knob], given: Mapping[str, Scalar]) -> Values:
    """Each knob's value, given or its default; what is given under another name is somebody else's and left out.

    Raises what the knobs' `check_values` raise.
    """
    return Values({knob.name: knob.check(given.get(knob.name, knob.default)) for knob in knobs})
