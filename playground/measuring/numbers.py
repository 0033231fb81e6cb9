"""Numbers as people and models write them: 1,234.5 and 1.234,5, 1 234, $12, −3, 3/4, 2 ½, 1.5e3, 3 million, forty-two.

A number is kept as plain decimal digits, or as a fraction of whole numbers ("1/3") where its decimals have no end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import count

from playground.measuring.number_words import find_phrases
from playground.numerals import separators

_SPACES = "\u00a0\u202f\u2009 "
_GROUPED = (
    rf"\d{{1,3}}(?P<group>[.,'’{_SPACES}])\d{{3}}(?:(?P=group)\d{{3}})*(?!\d)(?:[.,]\d+)?"
    r"|\d{1,2}(?:,\d{2})+,\d{3}(?!\d)(?:\.\d+)?"
)
_PARTS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_SCALES = {
    "thousand": 10**3,
    "k": 10**3,
    "mil millones": 10**9,
    "mil": 10**3,
    **dict.fromkeys(("million", "millions", "millón", "millon", "millones"), 10**6),
    "billion": 10**9,
    "trillion": 10**12,
    **dict.fromkeys(("billón", "billones"), 10**12),
}
NUMBER = re.compile(
    r"(?<![\w.,])(?<![^\W\d_]\^)(?P<sign>[-−–]|(?:minus|menos|negative)\s+)?(?P<money>[$€£]\s?(?P<inner>[-−])?)?"
    rf"(?:10\^(?P<ten>[-−]?\d{{1,3}})|(?P<digits>{_GROUPED}|\d+(?:[.,]\d+)?|[.,]\d+)"
    rf"(?:(?:\s+(?P<over>\d{{1,9}})|(?P<slash>))\s?/\s?(?P<under>[1-9]\d{{0,8}})(?![\d/])(?![.,]\d)|\s?(?P<part>[{_PARTS}])"
    r"|[eE](?P<power>[-+−]?\d{1,3})(?!\w)|\s?[×x·*]\s?10\s?(?:\^|\*\*)\s?\(?(?P<exponent>[-+−]?\d{1,3})\)?"
    r"|(?P<half>(?:\s+[^\W\d_]+)?\s+(?:and\s+a\s+half|y\s+medi[oa]))(?!\w)"
    rf"|\s?(?P<scale>{'|'.join(_SCALES)})(?!\w))?"
    rf"|(?P<lone>[{_PARTS}]))",
    re.IGNORECASE,
)
"""A number not inside a word or another number. What looks like a range or a difference, `3-5`, has no sign."""
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_MOST_ZEROS = 100
"""Powers of ten above this are not read: the digits would fill the page."""
_MOST_DIGITS = 300
"""A longer number is kept as it is written."""
_PLACES = 2
"""Decimals that a rounded fraction must at least have to be right."""


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A number in normal form and its place; `weak` where it may be no number, as "one" in a sentence."""

    value: str
    start: int
    end: int
    weak: bool = False


def normalise_number(text: str, language: str = "en") -> str | None:
    """The one number that a text is, in digits and in normal form; `None` if it is none.

    With both signs, or one that stands twice, it is clear which one groups. `1.234` alone is not: in English the comma
    groups and the point is the decimal sign; in Spanish, where the comma (Spain) and the point (Mexico) are both
    used for decimals, one sign before exactly three digits is taken to group, for prices and measures seldom have three
    decimals.
    """
    found = NUMBER.fullmatch(text.strip().rstrip("%€$£ .").strip())
    return None if found is None else value_of(found, language)


def find_numbers(text: str, start: int, end: int, language: str) -> list[FoundNumber]:
    """All numbers there, in digits and in words, in the order of the text."""
    found = list(_in_digits(text, start, end, language))
    for phrase in find_phrases(text, start, end, language):
        if all(phrase.end <= one.start or phrase.start >= one.end for one in found):
            found.append(FoundNumber(_normal(phrase.value), phrase.start, phrase.end, phrase.weak))
    return sorted(found, key=lambda one: one.start)


def _in_digits(text: str, start: int, end: int, language: str) -> Iterator[FoundNumber]:
    for found in NUMBER.finditer(text, start, end):
        subtracted = (found["sign"] or "").strip().isalpha() and re.search(r"\d\s*$", text[start : found.start()])
        value = value_of(found, language)
        begin = found.end("sign") if subtracted else found.start()
        yield FoundNumber(value.removeprefix("-") if subtracted else value, begin, found.end())


def same_number(one: str, other: str) -> bool | None:
    """Whether two numbers in normal form are the same; `None` where one of them is no number.

    A fraction whose decimals have no end may be rounded to two or more of them.
    """
    first, second = _exact(one), _exact(other)
    if first is None or second is None:
        return None
    if first == second:
        return True
    for fraction, decimals in ((first, other), (second, one)):
        places = len(decimals.partition(".")[2])
        if places >= _PLACES and not _ends(fraction):
            return bool(abs(fraction - Fraction(decimals)) * 10**places <= Fraction(1, 2))
    return False


def value_of(found: re.Match[str], language: str) -> str:
    """The number that `NUMBER` has found, in normal form."""
    if found["digits"] and len(found["digits"]) > _MOST_DIGITS:
        minus = "-" if found["sign"] or found["inner"] else ""
        return minus + _strip_groups(found["digits"], language)
    if found["lone"] or found["ten"]:
        value = _part(found["lone"]) if found["lone"] else _scale(Fraction(1), int(_ascii(found["ten"])))
    else:
        value = _with_suffix(found, _read_digits(found["digits"], language))
    return _normal(-value if found["sign"] or found["inner"] else value)


def _with_suffix(found: re.Match[str], value: Fraction) -> Fraction:
    """With the fraction, the power of ten or the word behind it."""
    if found["under"]:
        below = int(found["under"])
        return value + Fraction(int(found["over"]), below) if found["over"] else value / below
    if found["half"]:
        return value + Fraction(1, 2)
    if found["part"]:
        return value + _part(found["part"])
    if found["scale"]:
        return value * _SCALES[found["scale"].lower()]
    power = found["power"] or found["exponent"]
    return _scale(value, int(_ascii(power))) if power else value


def _scale(value: Fraction, power: int) -> Fraction:
    return value * Fraction(10) ** power if abs(power) <= _MOST_ZEROS else value


def _part(sign: str) -> Fraction:
    over, _, under = unicodedata.normalize("NFKC", sign).partition("⁄")
    return Fraction(int(over), int(under))


def _read_digits(written: str, language: str) -> Fraction:
    return Fraction(Decimal(_strip_groups(written, language)))


def _strip_groups(written: str, language: str) -> str:
    return _plain(re.sub(rf"['’{_SPACES}]", "", written), language)


def _ascii(power: str) -> str:
    return power.replace("−", "-")


def _normal(value: Fraction) -> str:
    if not _ends(value):
        return f"{value.numerator}/{value.denominator}"
    if value.denominator == 1:
        return str(value.numerator)
    places = next(places for places in count(1) if not 10**places % value.denominator)
    digits = str(abs(value.numerator) * 10**places // value.denominator).zfill(places + 1)
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _ends(value: Fraction) -> bool:
    """Whether its decimals have an end: its denominator has no other factors than 2 and 5."""
    below = value.denominator
    for factor in (2, 5):
        while not below % factor:
            below //= factor
    return below == 1


def _exact(value: str) -> Fraction | None:
    if len(value) > 3 * _MOST_DIGITS:
        return None
    return Fraction(value) if re.fullmatch(r"-?\d+(?:\.\d+|/[1-9]\d*)?", value) else None


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
    return _AMBIGUOUS.fullmatch(digits) is not None and sign in {",", separators(language)[1]}
