"""Numbers as people and models write them: 1,234.5 and 1.234,5, 1 234, $12, −3."""

from __future__ import annotations

import re
from decimal import Decimal

_SPACES = "\u00a0\u202f\u2009 "
_GROUPED = rf"\d{{1,3}}(?P<group>[.,'’{_SPACES}])\d{{3}}(?:(?P=group)\d{{3}})*(?!\d)"
NUMBER = re.compile(
    r"(?<![\w.,])(?P<sign>[-−–])?(?P<money>[$€£]\s?(?P<inner>[-−])?)?"
    rf"(?P<digits>{_GROUPED}(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)"
)
"""A number not inside a word or another number. What looks like a range or a difference, `3-5`, has no sign."""
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def normalise_number(text: str, language: str = "en") -> str | None:
    """The one number that a text is, as plain decimal digits without trailing zeros; `None` if it is none.

    With both signs, or one that stands twice, it is clear which one groups. `1.234` alone is not: in English the comma
    groups and the point is the decimal sign; in Spanish, where the comma (Spain) and the point (Mexico) are both
    used for decimals, one sign before exactly three digits is taken to group, for prices and measures seldom have three
    decimals.
    """
    found = NUMBER.fullmatch(text.strip().rstrip("%€$£ .").strip())
    return None if found is None else value_of(found, language)


def value_of(found: re.Match[str], language: str) -> str:
    """The number that `NUMBER` has found, in normal form."""
    digits = re.sub(rf"['’{_SPACES}]", "", found["digits"])
    number = Decimal(_plain(digits, language))
    if found["sign"] or found["inner"]:
        number = -number
    if number == 0:
        return "0"
    normal = f"{number:f}"
    return normal.rstrip("0").rstrip(".") if "." in normal else normal


def _plain(digits: str, language: str) -> str:
    """With at most one sign, the decimal point."""
    point, comma = digits.rfind("."), digits.rfind(",")
    if point >= 0 and comma >= 0:
        groups = "," if point > comma else "."
        return digits.replace(groups, "").replace(",", ".")
    sign = "." if point >= 0 else ","
    if digits.count(sign) > 1 or _groups(digits, sign, language):
        return digits.replace(sign, "")
    return digits.replace(",", ".")


def _groups(digits: str, sign: str, language: str) -> bool:
    return _AMBIGUOUS.fullmatch(digits) is not None and (sign == "," or language == "es")
