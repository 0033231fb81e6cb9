"""A calculator for text that a model wrote: a grammar of its own, so that nothing but arithmetic can ever run.

The numbers are Python's: whole numbers are exact, `/` gives a float. Precedence as in Python (`-2 ** 2` is −4, `**`
groups to the right), by precedence climbing (Pratt 1973, "Top Down Operator Precedence"). What models write around and
between numbers is `arithmetic_tokens`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, isqrt, pi, sqrt

from playground.strategies.solving.arithmetic_tokens import PERCENT, TIMES, read_tokens
from playground.strategies.solving.errors import StrategyError

LONGEST = 300
"""Characters of an expression."""
DEEPEST = 40
"""Brackets, signs and powers inside one another."""
BITS = 4096
"""Size of the largest whole number: about 1,200 digits."""
_LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2, TIMES: 2}
_OPERATIONS: dict[str, Callable[[int | float, int | float], int | float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    TIMES: operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}


def calculate(expression: str) -> int | float:
    """The value of an expression of numbers, `+ - * / // % **`, roots, percentages and brackets.

    Raises `StrategyError("expression")` for everything else: names, calls, a division by zero, a result that is not
    finite, not real or has more than 4096 bits, more than 300 characters, more than 40 levels.
    """
    if len(expression) > LONGEST:
        raise StrategyError("expression")
    reader = _TermReader(read_tokens(expression))
    try:
        value = reader.terms(1, 0).number
    except (ZeroDivisionError, OverflowError, ValueError):
        raise StrategyError("expression") from None
    if reader.next is not None:
        raise StrategyError("expression")
    return value


def format_number(value: int | float) -> str:
    """A result as one reads it: 12 significant digits at most, `84` for 84.0."""
    return str(value) if isinstance(value, int) else f"{value:.12g}"


@dataclass(frozen=True, slots=True)
class _Value:
    """A number; `percent` where it is written as a percentage, and so may be one of what stands before it."""

    number: int | float
    percent: bool = False


class _TermReader:
    """Reads tokens from the left; `depth` counts how far inside it is."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._place = tokens, 0

    @property
    def next(self) -> str | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self) -> str:
        piece = self.next
        if piece is None:
            raise StrategyError("expression")
        self._place += 1
        return piece

    def terms(self, level: int, depth: int) -> _Value:
        """A chain of operations of at least this level, from the left.

        A percentage that is added to a number, or taken from it, is one of that number, as on a pocket calculator.
        """
        value = self._signed_value(depth)
        while (sign := self.next) is not None and _LEVELS.get(sign, 0) >= level:
            self._take()
            right = self.terms(_LEVELS[sign] + 1, depth)
            of_it = sign in "+-" and right.percent and not value.percent
            second = value.number * right.number if of_it else right.number
            both = sign in "+-" and value.percent and right.percent
            value = _Value(_check_bounds(_OPERATIONS[sign](value.number, second)), both)
        return value

    def _signed_value(self, depth: int) -> _Value:
        """A sign binds more loosely than a power on its right, and more tightly than every other operation."""
        if depth > DEEPEST:
            raise StrategyError("expression")
        if self.next in {"+", "-"}:
            sign = self._take()
            value = self._signed_value(depth + 1)
            return _Value(-value.number, value.percent) if sign == "-" else value
        base = self._single(depth)
        if self.next == "**":
            self._take()
            base = _Value(_power(base.number, self._signed_value(depth + 1).number))
        if self.next == PERCENT:
            self._take()
            base = _Value(base.number / 100, percent=True)
        return base

    def _single(self, depth: int) -> _Value:
        piece = self._take()
        if piece == "(":
            value = self.terms(1, depth + 1)
            if self._take() != ")":
                raise StrategyError("expression")
            return value
        if piece == "√":
            if depth > DEEPEST:
                raise StrategyError("expression")
            return _Value(_root(self._single(depth + 1).number))
        if piece == "π":
            return _Value(pi)
        if not piece[0].isdigit() and piece[0] != ".":
            raise StrategyError("expression")
        return _Value(_check_bounds(int(piece) if piece.isdigit() else float(piece)))


def _root(value: int | float) -> int | float:
    """Exact for a square number. Raises `ValueError` for a negative one."""
    if isinstance(value, int) and value >= 0 and isqrt(value) ** 2 == value:
        return isqrt(value)
    return sqrt(value)


def _power(base: int | float, exponent: int | float) -> int | float:
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and base.bit_length() * abs(exponent) > 2 * BITS:  # type: ignore[union-attr]  # checked before it is huge
        raise StrategyError("expression")
    value = base**exponent
    if isinstance(value, complex):
        raise StrategyError("expression")
    return _check_bounds(value)


def _check_bounds(value: int | float) -> int | float:
    if value.bit_length() > BITS if isinstance(value, int) else not isfinite(value):
        raise StrategyError("expression")
    return value
