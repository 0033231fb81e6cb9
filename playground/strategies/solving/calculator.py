"""A calculator for text that a model wrote: a grammar of its own, so that nothing but arithmetic can ever run.

The numbers are Python's: whole numbers are exact, `/` gives a float. Precedence as in Python (`-2 ** 2` is −4, `**`
groups to the right), by precedence climbing (Pratt 1973, "Top Down Operator Precedence").
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from math import isfinite

from playground.strategies.solving.errors import StrategyError

LONGEST = 300
"""Characters of an expression."""
DEEPEST = 40
"""Brackets, signs and powers inside one another."""
BITS = 4096
"""Size of the largest whole number: about 1,200 digits."""
_TOKEN = re.compile(r"\s*((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|\*\*|//|[-+*/%()^×·÷−])", re.ASCII)
_SAME = {"^": "**", "×": "*", "·": "*", "÷": "/", "−": "-"}
"""Signs that people and models write for Python's."""
_LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2}
_OPERATIONS: dict[str, Callable[[int | float, int | float], int | float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}


def calculate(expression: str) -> int | float:
    """The value of an expression of numbers, `+ - * / // % **` and brackets.

    Raises `StrategyError("expression")` for everything else: names, calls, commas, a division by zero, a result that is
    not finite, not real or has more than 4096 bits, more than 300 characters, more than 40 levels.
    """
    if len(expression) > LONGEST:
        raise StrategyError("expression")
    reader = _Reader(_tokens(expression))
    try:
        value = reader.terms(1, 0)
    except (ZeroDivisionError, OverflowError, ValueError):
        raise StrategyError("expression") from None
    if reader.next is not None:
        raise StrategyError("expression")
    return value


def format_number(value: int | float) -> str:
    """A result as one reads it: 12 significant digits at most, `84` for 84.0."""
    return str(value) if isinstance(value, int) else f"{value:.12g}"


def _tokens(expression: str) -> list[str]:
    found, place = [], 0
    text = expression.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise StrategyError("expression")
        piece = match.group(1)
        found.append(_SAME.get(piece, piece))
        place = match.end()
    return found


class _Reader:
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

    def terms(self, level: int, depth: int) -> int | float:
        """A chain of operations of at least this level, from the left."""
        value = self._signed(depth)
        while (sign := self.next) is not None and _LEVELS.get(sign, 0) >= level:
            self._take()
            value = _bounded(_OPERATIONS[sign](value, self.terms(_LEVELS[sign] + 1, depth)))
        return value

    def _signed(self, depth: int) -> int | float:
        """A sign binds more loosely than a power on its right, and more tightly than every other operation."""
        if depth > DEEPEST:
            raise StrategyError("expression")
        if self.next in {"+", "-"}:
            sign = self._take()
            value = self._signed(depth + 1)
            return -value if sign == "-" else value
        base = self._single(depth)
        if self.next != "**":
            return base
        self._take()
        return _power(base, self._signed(depth + 1))

    def _single(self, depth: int) -> int | float:
        piece = self._take()
        if piece == "(":
            value = self.terms(1, depth + 1)
            if self._take() != ")":
                raise StrategyError("expression")
            return value
        if not piece[0].isdigit() and piece[0] != ".":
            raise StrategyError("expression")
        return _bounded(int(piece) if piece.isdigit() else float(piece))


def _power(base: int | float, exponent: int | float) -> int | float:
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and base.bit_length() * abs(exponent) > 2 * BITS:  # type: ignore[union-attr]  # checked before it is huge
        raise StrategyError("expression")
    value = base**exponent
    if isinstance(value, complex):
        raise StrategyError("expression")
    return _bounded(value)


def _bounded(value: int | float) -> int | float:
    if value.bit_length() > BITS if isinstance(value, int) else not isfinite(value):
        raise StrategyError("expression")
    return value
