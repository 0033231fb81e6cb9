"""What models write for arithmetic, as the tokens that the calculator knows: `5×3=`, `1,234 * 5`, `20% of 150`."""

from __future__ import annotations

import re

from playground.measuring.plain import CLOSE, OPEN, read_plain
from playground.strategies.solving.errors import StrategyError

PERCENT = "percent"
"""The sign of a percentage, as opposed to `%` for the remainder."""
TIMES = "times"
"""The multiplication that is meant where none is written: 2(3 + 4)."""
_FRACTION = re.compile(r"\\[dt]?frac\s?\{([^{}]*)\}\s?\{([^{}]*)\}")
_GROUPED = r"\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)(?:[.,]\d+)?"
_SPANISH = r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}(?![\d.])|\d+,(?!\d{3}(?!\d))\d+(?![\d,])"
_TOKEN = re.compile(
    rf"\s*(?:[$€£]\s?(?=[\d.]))?(?:(?P<grouped>{_GROUPED})|(?P<spanish>{_SPANISH})"
    r"|(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<percent>(?:%|percent\b|por ciento\b)(?:\s*(?:of|de|del)\b(?:\s+(?:the|la|los|las|el)\b)?(?P<of>)"
    r"|(?=\s*(?:$|[)*/×·÷]))|(?=\s+[-+−]\s)))"
    r"|(?P<root>√|(?:math\.)?sqrt(?=\s?\(|\s?\d)|ra[ií]z(?: cuadrada)?(?: de)?(?=\s?\(|\s?\d))"
    r"|(?P<pi>π|(?:math\.)?pi\b)|(?P<x>(?<=[\d)\s])[xX](?=\s?[\d(√.$€-]))"
    r"|(?P<power>[²³])|(?P<sign>\*\*|//|[-+*/%()^×·÷−–]))(?:\s?[€£])?",
    re.ASCII | re.IGNORECASE,
)
_SAME = {"^": "**", "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-"}
"""Signs that people and models write for Python's."""
_NAME = re.compile(r"\s*(?:[^\W\d]\w*)?\s*\??\s*")
_ARTICLE = re.compile(r"^\s*(?:the|el|la)\s+(?=\d)", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"(?<![\d.])0[xX]\d")


def read_tokens(expression: str) -> list[str]:
    """Numbers as Python writes them, signs, brackets, `√`, `π`, `PERCENT` and `TIMES`.

    Raises `StrategyError("expression")` for everything else. Of an equation the first side counts that is more than a
    name: `5*3=`, `x = 5*3`, `5*3 = 15`.
    """
    text = _without_mark_up(expression)
    sides = [_side_tokens(side.rstrip()) for side in text.split("=") if not _NAME.fullmatch(side)]
    if not sides or "==" in text or _HEXADECIMAL.search(text):
        raise StrategyError("expression")
    return sides[0]


def _side_tokens(side: str) -> list[str]:
    found: list[str] = []
    place = 0
    while place < len(side):
        match = _TOKEN.match(side, place)
        if match is None:
            raise StrategyError("expression")
        _add(found, match)
        place = match.end()
    return found


def _without_mark_up(expression: str) -> str:
    """LaTeX as the signs that it shows; Markdown's stars are multiplications here."""
    text = _ARTICLE.sub("", expression)
    if "\\" not in text and "{" not in text:
        return text
    for _ in range(3):
        text = _FRACTION.sub(r"((\1)/(\2))", text)
    starless = text.replace("*", "×") if "**" not in text else text.replace("**", "^").replace("*", "×")
    plain = read_plain(starless).text.replace(OPEN, "(").replace(CLOSE, ")")
    return plain.strip().strip("$")


def _add(found: list[str], match: re.Match[str]) -> None:
    kind = match.lastgroup
    piece = (match[kind] if kind else "").strip()
    if match["percent"]:
        found += [PERCENT] if match["of"] is None else [PERCENT, "*"]
        return
    token = {
        "grouped": re.sub(r"[\s,](?=\d{3}(?!\d))", "", piece).replace(",", "."),
        "spanish": piece.replace(".", "").replace(",", "."),
        "number": piece,
        "root": "√",
        "pi": "π",
        "x": "*",
        "power": "**",
    }.get(kind or "", _SAME.get(piece, piece))
    starts = token in {"(", "√", "π"}
    ended = bool(found) and (found[-1] in {")", "π", PERCENT} or found[-1][-1].isdigit() or found[-1][-1] == ".")
    if ended and (starts or (found[-1] in {")", "π"} and (token[0].isdigit() or token[0] == "."))):
        found.append(TIMES)
    found.append(token)
    if kind == "power":
        found.append("2" if piece == "²" else "3")
