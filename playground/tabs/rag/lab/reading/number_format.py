"""Values of a sheet as it shows them: percent, currency, leading zeros, decimals; dates in ISO, as far as shown.

Thousands are not divided, and the decimal mark is a point: a sheet does not hold which marks its reader's country has.
"""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

_PIECE = re.compile(
    r"""
    "(?P<quoted>[^"]*)"
    | \\(?P<escaped>.)
    | [_*](?P<room>.)                                   # room as wide as a character, or filled with it: not shown
    | \[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]
    | \[(?P<condition>[^\]]*)\]                         # a colour or a condition
    | (?P<digits>[#0?][#0?,.]*|\.[#0?]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN_LETTERS = frozenset(" %€$£¥+-()/:")
_MOST_DIGITS = 30
_QUOTED = re.compile(r'"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]', re.I)


class _Shown(NamedTuple):
    before: str
    after: str
    whole: int
    """Digits before the point, at least."""
    least: int
    most: int
    """Decimals."""
    scale: int
    """Powers of ten that the value is multiplied by."""


def format_value(value: object, number_format: str) -> object:
    """The text of a number, a date or a duration; anything else, and what needs no format, as it is."""
    match value:
        case bool():
            return value
        case int() | float():
            plan = _plan(number_format)
            return value if plan is None else _number(value, plan)
        case datetime.timedelta():
            return _duration(value)
        case datetime.datetime() | datetime.time():
            return _date(value, number_format)
        case _:
            return value


@lru_cache(maxsize=512)
def _plan(number_format: str) -> _Shown | None:
    """The first section of a format; `None` where the value is shown as it is, or in a way not followed here."""
    section = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format[:300], maxsplit=1)[0]
    before, after, digits = "", "", ""
    for found in _PIECE.finditer(section):
        if found["digits"] and not digits:
            digits = found["digits"]
            continue
        if found["digits"] or (found["condition"] or "")[:1] in {"<", ">", "="}:
            return None
        text = found["quoted"] or found["escaped"] or found["currency"] or found["other"] or ""
        if (found["other"] and text not in _PLAIN_LETTERS) or (found["other"] or "") in {"/", ":"}:
            return None  # General, @, a date, a fraction, an exponent
        before, after = (before, after + text) if digits else (before + text, after)
    if not digits:
        return None
    whole, _, decimals = digits.partition(".")
    thousands = len(digits) - len(digits.rstrip(","))
    scale = (2 if "%" in section and "%" in before + after else 0) - 3 * thousands
    least, most = decimals.count("0"), sum(decimals.count(mark) for mark in "0#?")
    if max(most, whole.count("0")) > _MOST_DIGITS:
        return None
    return _Shown(before, after, whole.count("0"), least, most, scale)


def _number(value: float, plan: _Shown) -> object:
    number = Decimal(repr(value))
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return value
    with_scale = number.scaleb(plan.scale)
    if with_scale.adjusted() + plan.most > 25:
        return value
    rounded = with_scale.quantize(Decimal(1).scaleb(-plan.most), ROUND_HALF_UP)
    whole, _, decimals = f"{abs(rounded):f}".partition(".")
    while len(decimals) > plan.least and decimals.endswith("0"):
        decimals = decimals[:-1]
    digits = whole.zfill(plan.whole) + (f".{decimals}" if decimals else "")
    sign = "-" if rounded < 0 and "(" not in plan.before else ""
    return f"{sign}{plan.before}{digits}{plan.after}".strip()


def _duration(value: datetime.timedelta) -> str:
    """Hours and minutes, hours beyond a day too."""
    seconds = round(value.total_seconds())
    minutes, left = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60}:{minutes % 60:02}" + (f":{left:02}" if left else "")


def _date(value: datetime.datetime | datetime.time, number_format: str) -> object:
    letters = set(_QUOTED.sub("", number_format).lower())
    if isinstance(value, datetime.time):
        return value.isoformat("auto" if "s" in letters or value.second else "minutes")
    if "y" in letters and not letters & {"d", "h"}:
        return f"{value:%Y-%m}" if "m" in letters else f"{value:%Y}"
    return value
